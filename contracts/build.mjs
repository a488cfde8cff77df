// Compiles the contracts into artifacts/ and derives the factory's address; `--check` writes nothing and
// fails when what is on disk is not what the sources give.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import sha3 from "js-sha3";
import { COMPILER_VERSION, SETTINGS, compile, here } from "./compile.mjs";

const CONTRACTS = ["Forwarder", "ForwarderFactory"];
// A token for tests, in artifacts/ so that those who only deploy it need no compiler.
const TEST_CONTRACTS = ["Ledger", "TestToken"];

// The well-known deterministic deployer: calldata is a salt followed by creation code, and it is at this
// address on practically every EVM chain.
const DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
const DEPLOYER_SALT = `0x${"00".repeat(32)}`;

const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ""), "hex");

function create2Address(deployer, salt, creationCode) {
  const codeHash = sha3.keccak256(bytes(creationCode));
  const digest = sha3.keccak256(bytes(`ff${deployer.slice(2)}${salt.slice(2)}${codeHash}`));
  return `0x${digest.slice(-40)}`;
}

function artifacts(contracts) {
  const artifact = (name) => ({
    contract: name,
    compiler: { version: COMPILER_VERSION, settings: SETTINGS },
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
  return [forwarder, factory, artifact("TestToken")];
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

  const built = artifacts({ ...compile("src/", CONTRACTS), ...compile("test/src/", TEST_CONTRACTS) });
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
  console.log(`ForwarderFactory address: ${built[1].deployment.address}`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
