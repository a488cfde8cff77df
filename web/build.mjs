// Builds dist/: tsc for modules and types, esbuild for the one module that has a library in it, and for the element as
// one file for pages without a build of their own.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here("dist"), { recursive: true, force: true });
// Apart from the rest, so that only the helpers for tests can use what Node has and browsers lack.
for (const project of ["tsconfig.json", "src/testing/tsconfig.json"]) {
  const tsc = here("node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", here(project)], { stdio: "inherit" });
}
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
const artifact = (name) => JSON.parse(readFileSync(here(`../contracts/artifacts/${name}.json`), "utf8"));
const { creationCode, deployment } = artifact("ForwarderFactory");
const { deployer, salt } = deployment;
const contracts = {
  factory: { deployer, salt, creationCode },
  token: { creationCode: artifact("TestToken").creationCode },
};
writeFileSync(here("dist/testing/contracts.json"), JSON.stringify(contracts));
copyFileSync(here("src/anyspend/index.css"), here("dist/anyspend/index.css"));
// What is packed must carry the licences of what is in it.
copyFileSync(here("../LICENSE"), here("dist/LICENSE"));
copyFileSync(here("node_modules/@noble/hashes/LICENSE"), here("dist/address/LICENSE-noble-hashes"));
