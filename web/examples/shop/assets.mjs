/** The scripts of the pages: the element as it is packed, and the React page as a bundle. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function loadAssets() {
  const element = await readFile(here("node_modules/checkout-sdk/dist/checkout-session.js"));
  const { outputFiles } = await build({
    entryPoints: { react: here("basket.jsx") },
    outdir: here("."),
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const built = (extension) => outputFiles.find(({ path }) => path.endsWith(extension)).contents;
  return {
    integrity: `sha384-${createHash("sha384").update(element).digest("base64")}`,
    files: {
      "/shop.css": { type: "text/css", body: await readFile(here("shop.css")) },
      "/checkout-session.js": { type: "text/javascript", body: element },
      "/react.js": { type: "text/javascript", body: built(".js") },
      "/react.css": { type: "text/css", body: built(".css") },
    },
  };
}
