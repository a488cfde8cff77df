// What an operator does by hand: see which account a key has, deploy the factory, flush what nobody else flushes. The
// last two can be done by anybody, with any account that can pay for the gas; nothing here can take money for itself.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { concat, createWalletClient, erc20Abi, http, parseAbi, publicActions, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { saltOf } from "./salt.mjs";

const USAGE = `Usage:
  npm run --silent account -- --key-file FILE
  npm run --silent deploy -- --rpc URL --key-file FILE
  npm run --silent flush -- --rpc URL --key-file FILE --order ID --recipient ADDRESS [--token ADDRESS]

--key-file names a file with the private key of an account that pays for the gas. --token is the native token
(the zero address) unless given. --order is the order's id, or the salt of its address: 0x and 64 hex digits.`;

const FACTORY = JSON.parse(readFileSync(new URL("artifacts/ForwarderFactory.json", import.meta.url), "utf8"));
const ABI = [...FACTORY.abi, ...parseAbi(["error TransferFailed()"])];
const TEXT = { type: "string" };
const OPTIONS = { rpc: TEXT, "key-file": TEXT, order: TEXT, recipient: TEXT, token: { ...TEXT, default: zeroAddress } };
const REQUIRED = { account: ["key-file"], deploy: ["rpc", "key-file"], flush: ["rpc", "key-file", "order", "recipient"] };

class Misuse extends Error {}

function understand() {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [command] = positionals;
  const missing = REQUIRED[command]?.filter((name) => !values[name]) ?? ["command"];
  if (missing.length > 0) throw new Misuse(`missing: ${missing.join(", ")}\n\n${USAGE}`);
  return { command, values };
}

function accountOf({ "key-file": file }) {
  const text = readFileSync(file, "utf8").trim();
  return privateKeyToAccount(text.startsWith("0x") ? text : `0x${text}`);
}

const connect = (values) =>
  createWalletClient({ account: accountOf(values), transport: http(values.rpc) }).extend(publicActions);

const COMMANDS = {
  account: (values) => console.log(accountOf(values).address),
  deploy: (values) => deploy(connect(values)),
  flush: (values) => flush(connect(values), values),
};

const hasCode = async (client, address) => Boolean(await client.getCode({ address }));

async function conclude(client, hash) {
  console.log(`Sent ${hash}`);
  const receipt = await client.waitForTransactionReceipt({ hash });
  if (receipt.status !== "success") throw new Misuse("the transaction failed");
  console.log(`It is in block ${receipt.blockNumber} and spent ${receipt.gasUsed.toLocaleString("en")} gas`);
}

async function deploy(client) {
  const { address, deployer, salt } = FACTORY.deployment;
  if (await hasCode(client, address)) return console.log(`The factory is there already: ${address}`);
  if (!(await hasCode(client, deployer))) throw new Misuse(`this chain lacks the deterministic deployer ${deployer}`);
  const data = concat([salt, FACTORY.creationCode]);
  await conclude(client, await client.sendTransaction({ to: deployer, data, chain: null }));
  if (!(await hasCode(client, address))) throw new Misuse("there is no factory where it should be");
  console.log(`The factory is at ${address}`);
}

async function flush(client, { order, recipient, token }) {
  const contract = { address: FACTORY.deployment.address, abi: ABI };
  if (!(await hasCode(client, contract.address))) throw new Misuse("this chain has no factory yet: deploy it first");
  const salt = order.startsWith("0x") ? order : saltOf(order);
  const forwarder = await client.readContract({ ...contract, functionName: "addressOf", args: [salt, recipient] });
  const amount = await balanceOf(client, token, forwarder);
  console.log(`${forwarder} holds ${amount} base units, which go to ${recipient}`);
  if (amount === 0n) return;
  const call = { ...contract, functionName: "flush", args: [salt, recipient, token] };
  const { request } = await client.simulateContract({ ...call, account: client.account, chain: null });
  await conclude(client, await client.writeContract(request));
}

function balanceOf(client, token, address) {
  if (token === zeroAddress) return client.getBalance({ address });
  return client.readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [address] });
}

try {
  const { command, values } = understand();
  await COMMANDS[command](values);
} catch (error) {
  console.error([error.shortMessage ?? error.message, error.details].filter(Boolean).join("\n"));
  process.exitCode = 1;
}
