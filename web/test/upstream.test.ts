/** The packed package in merchants' projects, under upstream's name. Their files are in `merchant/`. */
import { readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { chainsFile } from "./support/chains.js";
import { merchantWith, type Merchant } from "./support/merchant.js";
import { startServer, type Server } from "./support/server.js";

let server: Server;
beforeAll(async () => {
  server = await startServer({ args: ["--chains", chainsFile()] });
});
afterAll(() => server?.stop());

const environment = () => ({ NEXT_PUBLIC_ANYSPEND_BASE_URL: server.url });

describe("a server without React", () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await merchantWith(["@types/node", "undici-types"]);
  });
  afterAll(() => merchant?.remove());

  test("compiles unchanged, with Node's types alone, and runs", async () => {
    await merchant.compile(["run-service.ts"], { lib: ["es2022"], types: ["node"] });
    const { id, status, success_url, branch, hooks } = JSON.parse(
      await merchant.node("run-service.js", { env: environment() }),
    );
    expect(status).toBe("open");
    expect(success_url).toBe(`https://mysite.com/success/${id}`);
    expect(branch).toEqual(["s", "open"]);
    expect(hooks).toContain("react and @tanstack/react-query");
  });

  test("compiles with a browser's types alone", async () => {
    await merchant.compile(["service.ts", "branch-service.ts"], { lib: ["es2022", "dom"], types: [] });
  });

  test("has no package installed but ours", async () => {
    const lock = JSON.parse(await readFile(join(merchant.folder, "package-lock.json"), "utf8"));
    expect(Object.keys(lock.packages)).toEqual(["", "node_modules/@b3dotfun/sdk"]);
  });
});

describe("a page with React", () => {
  let merchant: Merchant;
  beforeAll(async () => {
    merchant = await merchantWith([
      ...["react", "react-dom", "scheduler", "@tanstack/react-query", "@types/react", "@types/react-dom", "csstype"],
      ...["@types/node", "undici-types", "@playwright/test", "playwright", "playwright-core"],
    ]);
  });
  afterAll(() => merchant?.remove());

  test("compiles unchanged, and its hooks run", async () => {
    const { id } = await createClient({ baseUrl: server.url }).createCheckoutSession();
    await merchant.compile(["run-hooks.tsx"], { lib: ["es2022", "dom"], jsx: "react-jsx" });
    const ran = await merchant.node("run-hooks.js", {
      ...{ env: environment(), args: [id] },
      imports: [join(import.meta.dirname, "support/dom.mjs")],
    });
    expect(JSON.parse(ran)).toMatchObject({ status: "open open", created: [expect.any(String)] });
  });

  test("the documents' component compiles unchanged, and creates its session when the buyer commits", async () => {
    await merchant.compile(["run-component.tsx"], { lib: ["es2022", "dom", "dom.iterable"], jsx: "react-jsx" });
    const ran = await merchant.node("run-component.js", {
      env: environment(),
      imports: [join(import.meta.dirname, "support/dom.mjs")],
    });
    const session = await createClient({ baseUrl: server.url }).getCheckoutSession(ran.trim().split("\n").at(-1) ?? "");
    expect(session).toMatchObject({
      ...{
        status: "open",
        order_id: null,
        metadata: { sku: "widget-1" },
        cancel_url: expect.stringContaining("myshop"),
      },
      payment: {
        recipient_address: "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44",
        options: [{ chain: 8453, amount: "19990000" }],
      },
    });
  });

  test("upstream's components compile with upstream's properties", async () => {
    await merchant.compile(["branch-components.tsx"], { lib: ["es2022", "dom", "dom.iterable"], jsx: "react-jsx" });
  });

  test("the documents' programs compile, and those of a server run", async () => {
    const files = [...(await programsOf("../README.md")), ...(await programsOf("../../docs/selling.md"))];
    expect(files).toHaveLength(10);
    const sells = files.find((file) => file.startsWith("selling"))?.replace(".ts", ".js");
    await writeFile(
      join(merchant.folder, "src/run-selling.ts"),
      `import { openCheckout } from "./${sells}"; console.log((await openCheckout("cart-18")).url);`,
    );
    await symlink("@b3dotfun/sdk", join(merchant.folder, "node_modules/checkout-sdk"));
    const options = { lib: ["es2022", "dom"], types: ["node"], jsx: "react-jsx", skipLibCheck: true };
    await merchant.compile([...files, "run-selling.ts"], options);
    expect(await merchant.node("README-0.js", {})).toMatch(/^[0-9a-f-]{36} open\n$/);
    const url = await merchant.node("run-selling.js", { env: { CHECKOUT_URL: server.url } });
    expect(await fetch(url.trim())).toMatchObject({ status: 200 });
  });

  /** Writes a document's programs into the merchant's project, and returns their names. */
  async function programsOf(document: string): Promise<string[]> {
    const text = await readFile(join(import.meta.dirname, document), "utf8");
    const blocks = [...text.matchAll(/^```(tsx?)\n(.*?)^```$/gms)];
    return Promise.all(
      blocks.map(async ([, extension, code = ""], at) => {
        const file = `${basename(document, ".md")}-${at}.${extension}`;
        await writeFile(join(merchant.folder, "src", file), code.replace("http://127.0.0.1:3000", server.url));
        return file;
      }),
    );
  }

  /** Bundles a file as a browser gets it. */
  async function bundle(file: string, define: Record<string, string> = {}): Promise<string> {
    const { outputFiles } = await build({
      ...{ entryPoints: [join(merchant.folder, "src", file)], bundle: true, write: false, format: "iife" },
      ...{ globalName: "merchant", platform: "browser", jsx: "automatic", define },
    });
    return outputFiles[0]?.text ?? "";
  }

  test("a bundler puts upstream's variable in place, and the bundle runs where there is no `process`", async () => {
    const url = "https://pay.example";
    const code = await bundle("service.ts", { "process.env.NEXT_PUBLIC_ANYSPEND_BASE_URL": JSON.stringify(url) });
    expect(code).not.toContain("process.env.NEXT_PUBLIC");
    const asked: string[] = [];
    const fetch = async (address: string) => (asked.push(address), new Response("{}"));
    const globals = { fetch, AbortController, URLSearchParams, setTimeout, clearTimeout, URL };
    const retrieve = runInNewContext(`${code}; merchant.retrieve`, globals);
    await retrieve("id").catch(() => undefined);
    expect(asked).toEqual([`${url}/checkout-sessions/id`]);
  });

  test("without the variable the bundle says what is missing, where there is no `process`", async () => {
    const retrieve = runInNewContext(`${await bundle("service.ts")}; merchant.retrieve`, { URLSearchParams });
    await expect(retrieve("id")).rejects.toMatchObject({ code: "not_configured" });
  });

  test("the components and their style are bundled outside Next", async () => {
    const { outputFiles } = await build({
      ...{
        entryPoints: [join(merchant.folder, "src/branch-components.tsx")],
        outdir: "out",
        bundle: true,
        write: false,
      },
      ...{ format: "esm", platform: "browser", jsx: "automatic" },
    });
    expect(outputFiles.map(({ path }) => path.split(".").at(-1))).toEqual(["js", "css"]);
    expect(outputFiles[1]?.text).toContain(".checkout-sale");
  });

  test("a bundle that verifies no address has no Keccak", async () => {
    expect(await bundle("service.ts")).not.toContain("keccak");
    expect(await bundle("hooks.tsx")).not.toContain("keccak");
  });
});
