// Builds the hosted page's script into ../page/assets, from where the functions inline it. The result is committed, so
// that Rust alone builds the functions; `--check` says whether it is what these sources give.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = here("../../page/assets/page.js");

const { outputFiles } = await build({
  entryPoints: [here("../page/main.ts")],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  write: false,
});
const [{ text }] = outputFiles;
if (/<\/script|<!--/i.test(text)) throw new Error("the script would end its own element");
if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("page/assets/page.js is not what web/page gives: run `npm run page` and commit it.");
  process.exit(1);
}
