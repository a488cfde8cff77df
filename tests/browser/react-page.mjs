/** A page that draws the React components, bundled with the React that a test asks for. */
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../web/", import.meta.url));
/** React 18, which this folder has. The newest React is the package's own. */
const REACT_18 = Object.fromEntries(["react", "react-dom"].map((name) => [name, fileURLToPath(new URL(`node_modules/${name}`, import.meta.url))]));
// The package's own bundler, so that this folder needs none.
const { build } = createRequire(`${WEB}package.json`)("esbuild");

/** Draws on demand, and notes what the components call. */
const PROGRAM = `
  import { createElement, StrictMode } from "react";
  import { createRoot } from "react-dom/client";
  import * as components from "checkout-sdk/react";

  window.told = [];
  const tell = (name) => (value) => window.told.push([name, value?.message ?? value ?? null]);
  const root = createRoot(document.querySelector("main"));
  const sale = ([name, props], at) =>
    createElement(components[name], { key: at, ...props, onSuccess: tell("success"), onError: tell("error") });
  window.draw = (...sales) => root.render(createElement(StrictMode, null, ...sales.map(sale)));
`;

/** Starts the page on a free port. */
export async function startReactPage({ react18 = false } = {}) {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: WEB },
    alias: react18 ? REACT_18 : {},
    bundle: true,
    splitting: true,
    write: false,
    outdir: "/",
    format: "esm",
  });
  const scripts = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const html = '<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><main></main><script type="module" src="/stdin.js"></script>';
  const server = createServer((request, response) => {
    const script = scripts.get(request.url);
    response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ?? html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Draws the components: a name and properties for each. */
    draw: async (page, ...sales) => {
      await page.waitForFunction(() => window.draw);
      await page.evaluate((sales) => window.draw(...sales), sales);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
