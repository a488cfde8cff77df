// One compiler and one set of settings, for the contracts and for those that only tests deploy.

import { readFileSync } from "node:fs";
import solc from "solc";

export const SETTINGS = {
  // `runs` is the number of executions per deployment that the optimizer trades code size against. A forwarder
  // is deployed once and mostly called once, and each byte of its code costs 200 gas, so size decides.
  optimizer: { enabled: true, runs: 1 },
  // The IR pipeline makes the forwarder about a sixth smaller still.
  viaIR: true,
  // The last version without PUSH0, so that the same bytecode, and with it the same addresses, works on
  // chains that lack it.
  evmVersion: "paris",
  // No metadata hash and no compiler trailer: the bytecode depends on code alone, not on comments or paths.
  metadata: { appendCBOR: false, bytecodeHash: "none" },
};

// Without the platform's suffix: every build of one compiler version gives the same bytecode.
export const COMPILER_VERSION = solc.version().match(/^\d+\.\d+\.\d+\+commit\.[0-9a-f]+/)[0];

export const here = (path) => new URL(path, import.meta.url);

// Gives the compiler's output by contract name. `folder` is relative to this file and ends in a slash, `names` are
// those of its source files, without `.sol`.
export function compile(folder, names) {
  const path = (name) => `${folder}${name}.sol`;
  const sources = Object.fromEntries(
    names.map((name) => [path(name), { content: readFileSync(here(path(name)), "utf8") }]),
  );
  const outputSelection = { "*": { "*": ["abi", "evm.bytecode"] } };
  const input = { language: "Solidity", sources, settings: { ...SETTINGS, outputSelection } };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  // Warnings count: code that holds money has none.
  if (output.errors?.length) {
    throw new Error(output.errors.map((error) => error.formattedMessage).join("\n"));
  }
  return Object.assign({}, ...Object.values(output.contracts));
}
