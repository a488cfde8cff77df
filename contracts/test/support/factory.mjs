// The contracts under test as they are deployed: from the committed artifacts, through the deterministic deployer.

import { readFileSync } from "node:fs";
import { concat, encodeAbiParameters, encodeFunctionData, getAddress, getCreate2Address, parseEventLogs } from "viem";
import { here } from "../../compile.mjs";
import { NATIVE, newAddress, unique } from "./chain.mjs";

const artifact = (name) => JSON.parse(readFileSync(here(`artifacts/${name}.json`), "utf8"));
export const FORWARDER = artifact("Forwarder");
export const FACTORY = artifact("ForwarderFactory");

export const factory = {
  address: getAddress(FACTORY.deployment.address),
  // The factory passes the forwarder's errors on, and its transactions carry the forwarder's events.
  abi: [...FACTORY.abi, ...FORWARDER.abi.filter(({ type }) => type === "error" || type === "event")],
};

// One common order may cost about this in a batch; README.md names it.
export const GRANT = 250_000n;

export const deployFactory = (chain, from = chain.stranger) =>
  chain.succeed({ from, to: FACTORY.deployment.deployer, data: concat([FACTORY.deployment.salt, FACTORY.creationCode]) });

export const forwarderCreation = (recipient) =>
  concat([FORWARDER.creationCode, encodeAbiParameters([{ type: "address" }], [recipient])]);

// By the rule of EIP-1014 and by nothing of the project's but the artifact.
export const forwarderAddress = (salt, recipient) =>
  getCreate2Address({ from: factory.address, salt, bytecode: forwarderCreation(recipient) });

// An order that no other test knows; native unless `token` says otherwise.
export function newOrder({ token = NATIVE, recipient = newAddress(), salt = unique() } = {}) {
  return { salt, recipient, token, forwarder: forwarderAddress(salt, recipient) };
}

const argument = ({ salt, recipient, token }) => ({ salt, recipient, token });

export const flushCall = ({ salt, recipient, token }) => ({
  to: factory.address,
  data: encodeFunctionData({ abi: factory.abi, functionName: "flush", args: [salt, recipient, token] }),
});

export const flushManyCall = (orders, grant = GRANT) => ({
  to: factory.address,
  data: encodeFunctionData({ abi: factory.abi, functionName: "flushMany", args: [orders.map(argument), grant] }),
});

export const directFlushCall = ({ forwarder, token }) => ({
  to: forwarder,
  data: encodeFunctionData({ abi: FORWARDER.abi, functionName: "flush", args: [token] }),
});

// The events of forwarders and of the factory, with who emitted each; a token's own are left out.
export const events = (receipt) =>
  parseEventLogs({ abi: factory.abi, logs: receipt.logs }).map(({ eventName, address, args }) => ({
    name: eventName,
    from: getAddress(address),
    args,
  }));

export const flushedEvent = ({ forwarder, token, recipient }, amount) => ({
  name: "Flushed",
  from: forwarder,
  args: { token, recipient, amount },
});

export const failedEvent = ({ salt, recipient, token }, reason) => ({
  name: "FlushFailed",
  from: factory.address,
  args: { salt, recipient, token, reason },
});
