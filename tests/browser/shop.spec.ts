import { expect, test as base } from "@playwright/test";
import { fixtures, type TestFixtures, type WorkerFixtures } from "../../web/dist/testing/index.js";

const test = base.extend<TestFixtures, WorkerFixtures>(fixtures);
const RECIPIENT = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";

test("a buyer pays with one click, and the shop has the money", async ({ page, checkout, chain, wallet }) => {
  const token = chain.tokens[0]!.address;
  const options = [{ chain: chain.chainId, token_address: token, amount: "19990000" }];
  const session = await checkout.client.createCheckoutSession({
    payment: { recipient_address: RECIPIENT, options },
  });
  await page.goto(session.url);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: wallet.name }).click();
  await expect(page.getByRole("heading", { name: "Paid" })).toBeVisible({ timeout: 30_000 });
  expect(await chain.balance(RECIPIENT, token)).toBe(19_990_000n);
});
