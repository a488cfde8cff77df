// Builds dist/walletconnect.js, one ES module for an operator to host, and dist/licences.txt, the licences of what is in
// it, which have to be handed on with it. Fails if one of them is not a licence that allows this.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ALLOWED = ["0BSD", "Apache-2.0", "BSD-3-Clause", "ISC", "MIT"];
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { metafile } = await build({
  absWorkingDir: here("."),
  entryPoints: ["src/index.ts"],
  outfile: "dist/walletconnect.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  banner: { js: "// The licences of what is in this file: licences.txt" },
  legalComments: "none",
  metafile: true,
});

const [output] = Object.values(metafile.outputs);
const used = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
const folders = new Set(used.filter(([path]) => path.includes("node_modules/")).map(([path]) => packageOf(here(path))));
writeFileSync(here("dist/licences.txt"), [...folders].sort().map(licenceOf).join("\n\n"));

/** The folder of the package that a file belongs to. Folders inside a package may have a package.json without a name. */
function packageOf(path) {
  const folder = dirname(path);
  const manifest = join(folder, "package.json");
  const isPackage = existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version;
  return isPackage ? folder : packageOf(folder);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const all = license.replace(/[()]/g, "").split(" AND ");
  if (!all.every((it) => ALLOWED.includes(it))) throw new Error(`${name} ${version} has the licence ${license}`);
  const files = readdirSync(folder).filter((it) => /^licen[cs]e/i.test(it));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  return [`${name} ${version}: ${license}`, ...texts].join("\n\n");
}
