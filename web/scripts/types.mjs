// Generates types from openapi.yaml, compiles the test that holds the hand-written ones against them, and the tests.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const run = (script, ...options) => {
  const { status } = spawnSync(process.execPath, [here(`node_modules/${script}`), ...options], {
    cwd: here("."),
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
};

run(
  "@hey-api/openapi-ts/bin/run.js",
  ...["--input", "../openapi.yaml", "--output", ".generated", "--plugins", "@hey-api/typescript", "--silent"],
);
run("typescript/bin/tsc", "-p", "types-test");
run("typescript/bin/tsc", "-p", "test");
