// Compiles the contracts into artifacts/ and derives the factory's address; `--check` writes nothing and
// fails when what is on disk is not what the sources give.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import sha3 from "js-sha3";
import solc from "solc";

const CONTRACTS = ["Forwarder", "ForwarderFactory"];

// The well-known deterministic deployer: calldata is a salt followed by creation code, and it is at this
// address on practically every EVM chain.
const DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
const DEPLOYER_SALT = `0x${"00".repeat(32)}`;

const SETTINGS = {
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

const here = (path) => new URL(path, import.meta.url);

function compile() {
  const sources = Object.fromEntries(
    CONTRACTS.map((name) => [`src/${name}.sol`, { content: readFileSync(here(`src/${name}.sol`), "utf8") }]),
  );
  const outputSelection = { "*": { "*": ["abi", "evm.bytecode"] } };
  const input = { language: "Solidity", sources, settings: { ...SETTINGS, outputSelection } };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  // Warnings count: code that holds money has none.
  if (output.errors?.length) {
    throw new Error(output.errors.map((error) => error.formattedMessage).join("\n"));
  }
  return Object.fromEntries(CONTRACTS.map((name) => [name, output.contracts[`src/${name}.sol`][name]]));
}

const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ""), "hex");

function create2Address(deployer, salt, creationCode) {
  const codeHash = sha3.keccak256(bytes(creationCode));
  const digest = sha3.keccak256(bytes(`ff${deployer.slice(2)}${salt.slice(2)}${codeHash}`));
  return `0x${digest.slice(-40)}`;
}

function artifacts(contracts) {
  const artifact = (name) => ({
    contract: name,
    compiler: {
      // Without the platform's suffix: every build of one compiler version gives the same bytecode.
      version: solc.version().match(/^\d+\.\d+\.\d+\+commit\.[0-9a-f]+/)[0],
      settings: SETTINGS,
    },
    abi: contracts[name].abi,
    creationCode: `0x${contracts[name].evm.bytecode.object}`,
  });
  const forwarder = artifact("Forwarder");
  const factory = artifact("ForwarderFactory");
  // Addresses derived off-chain from the one artifact must be those that the other deploys to.
  if (!factory.creationCode.includes(forwarder.creationCode.slice(2))) {
    throw new Error("the factory does not contain the forwarder's creation code");
  }
  factory.deployment = {
    deployer: DEPLOYER,
    salt: DEPLOYER_SALT,
    address: create2Address(DEPLOYER, DEPLOYER_SALT, factory.creationCode),
  };
  return [forwarder, factory];
}

function onDisk(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

function main(options) {
  const check = options.includes("--check");
  const unknown = options.filter((option) => option !== "--check");
  if (unknown.length) throw new Error(`unknown option: ${unknown.join(" ")}; there is only --check`);

  const built = artifacts(compile());
  if (!check) mkdirSync(here("artifacts/"), { recursive: true });
  for (const artifact of built) {
    const name = `artifacts/${artifact.contract}.json`;
    const text = `${JSON.stringify(artifact, null, 2)}\n`;
    if (!check) {
      writeFileSync(here(name), text);
    } else if (onDisk(here(name)) !== text) {
      console.error(`${name} is not what the sources compile to; run: npm run build`);
      process.exitCode = 1;
    }
    console.log(`${artifact.contract}: ${bytes(artifact.creationCode).length} bytes of creation code`);
  }
  console.log(`ForwarderFactory address: ${built.at(-1).deployment.address}`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
