// What every test does on a chain: send transactions, deploy test contracts, read balances and events.

import assert from "node:assert/strict";
import {
  createTestClient,
  encodeDeployData,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  http,
  keccak256,
  parseAbi,
  publicActions,
  toHex,
  walletActions,
} from "viem";
import { foundry } from "viem/chains";
import { compile } from "../../compile.mjs";
import { startAnvil } from "./anvil.mjs";

export const NATIVE = "0x0000000000000000000000000000000000000000";

// The most that one transaction may have since Osaka: no test runs out of gas unless it means to.
export const MOST_GAS = 2n ** 24n;

const MINT = parseAbi(["function mint(address to, uint256 amount)"]);

let count = 0n;
// A 32-byte value that no other call in this process gives.
export const unique = () => keccak256(toHex(`unique ${count++}`));
// An address that nobody has a key to and that holds nothing yet.
export const newAddress = () => getAddress(`0x${unique().slice(-40)}`);

// One after the other: transactions that are sent at once get each other's nonces.
export async function inTurn(length, make) {
  const made = [];
  while (made.length < length) made.push(await make());
  return made;
}

export async function startChain(hardfork) {
  const anvil = await startAnvil(hardfork);
  // Without retries: what fails here fails for good, and is often meant to.
  const transport = http(anvil.url, { retryCount: 0 });
  const client = createTestClient({ mode: "anvil", chain: foundry, transport, pollingInterval: 10, cacheTime: 0 })
    .extend(publicActions)
    .extend(walletActions);
  const accounts = await client.getAddresses();
  return new Chain(anvil, client, accounts);
}

class Chain {
  constructor(anvil, client, accounts) {
    this.anvil = anvil;
    this.client = client;
    // Three that hold the native token and have nothing to do with any order.
    [this.payer, this.caller, this.stranger] = accounts.map((account) => getAddress(account));
  }

  stop() {
    return this.anvil.stop();
  }

  // Gives the receipt, of a transaction that failed too.
  async send({ from = this.caller, gas = MOST_GAS, ...transaction }) {
    const hash = await this.client.sendTransaction({ account: from, gas, ...transaction });
    return this.receipt(hash);
  }

  receipt(hash) {
    return this.client.waitForTransactionReceipt({ hash, timeout: 20_000 });
  }

  async succeed(transaction) {
    const receipt = await this.send(transaction);
    assert.equal(receipt.status, "success", `the transaction to ${transaction.to} failed`);
    return receipt;
  }

  // `contract` is the compiler's output for it; gives what later calls need.
  async deploy(contract, args = []) {
    const { abi } = contract;
    const data = encodeDeployData({ abi, bytecode: `0x${contract.evm.bytecode.object}`, args });
    const receipt = await this.succeed({ from: this.payer, data });
    return { address: getAddress(receipt.contractAddress), abi };
  }

  write(contract, functionName, args, transaction = {}) {
    const data = encodeFunctionData({ abi: contract.abi, functionName, args });
    return this.succeed({ from: this.payer, to: contract.address, data, ...transaction });
  }

  read(contract, functionName, args = []) {
    return this.client.readContract({ ...contract, functionName, args });
  }

  balance(token, account) {
    if (token === NATIVE) return this.client.getBalance({ address: account });
    return this.read({ address: token, abi: erc20Abi }, "balanceOf", [account]);
  }

  // What a customer does. `token` is an address; test tokens can be made by anyone.
  deposit(token, to, amount) {
    if (token === NATIVE) return this.succeed({ from: this.payer, to, value: amount });
    return this.write({ address: token, abi: MINT }, "mint", [to, amount]);
  }

  async code(address) {
    return (await this.client.getCode({ address })) ?? "0x";
  }

  // Whatever `act` does to the chain is undone.
  async undone(act) {
    const id = await this.client.snapshot();
    try {
      return await act();
    } finally {
      await this.client.revert({ id });
    }
  }
}

// The contracts of the named files in test/src/, by name, as `deploy` takes them.
export const testContracts = (...files) => compile("test/src/", ["Ledger", ...files]);
