/** The element's module, outside of a browser. What it does in one is in `tests/browser`. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, expectTypeOf, test } from "vitest";
import type { CheckoutSessionElement } from "../dist/element/index.js";

test("a server can import it", async () => {
  expect(globalThis.HTMLElement).toBeUndefined();
  const { CheckoutSessionElement } = await import("../dist/element/index.js");
  expect(CheckoutSessionElement.observedAttributes).toContain("session-id");
  await import(new URL("../dist/checkout-session.js", import.meta.url).href);
});

test("a bundler keeps an import that only registers it", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'import "./dist/element/index.js";', resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
    bundle: true,
    write: false,
  });
  expect(outputFiles[0]?.text).toContain('customElements.define("checkout-session"');
});

test("TypeScript knows the element and its events", () => {
  expectTypeOf<HTMLElementTagNameMap["checkout-session"]>().toEqualTypeOf<CheckoutSessionElement>();
  expectTypeOf<HTMLElementEventMap["checkout-complete"]["detail"]["session"]["status"]>().toEqualTypeOf<
    "open" | "processing" | "complete" | "expired"
  >();
});
