// Builds dist/: tsc for modules and types, esbuild for the one module that has a library in it, and for the element as
// one file for pages without a build of their own.
import { copyFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here("dist"), { recursive: true, force: true });
execFileSync(process.execPath, [here("node_modules/typescript/bin/tsc"), "-p", here("tsconfig.json")], {
  stdio: "inherit",
});
await build({
  entryPoints: [here("src/address/keccak.ts")],
  outfile: here("dist/address/keccak.js"),
  bundle: true,
  allowOverwrite: true,
  format: "esm",
  target: "es2022",
});
await build({
  entryPoints: [here("src/element/index.ts")],
  outfile: here("dist/checkout-session.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
});
// What is packed must carry the licences of what is in it.
copyFileSync(here("../LICENSE"), here("dist/LICENSE"));
copyFileSync(here("node_modules/@noble/hashes/LICENSE"), here("dist/address/LICENSE-noble-hashes"));
