/** For Playwright's own runner: shop.spec.ts, as a merchant runs it. */
import { defineConfig } from "@playwright/test";
import "./checkout.mjs";
import { CHROMIUM } from "./browser.mjs";

export default defineConfig({
  testMatch: "*.spec.ts",
  timeout: 120_000,
  reporter: "list",
  use: { locale: "en-GB", launchOptions: CHROMIUM },
});
