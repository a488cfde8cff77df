// What every test does on a chain: send transactions, deploy test contracts, read balances and events.

import assert from "node:assert/strict";
import { createTestClient, encodeFunctionData, erc20Abi, getAddress, http, keccak256, publicActions, toHex, walletActions } from "viem";
import { foundry } from "viem/chains";
import { compile } from "../../compile.mjs";
import { startAnvil } from "./anvil.mjs";

export const NATIVE = "0x0000000000000000000000000000000000000000";

// Close to the most that one transaction may have, so that no test runs out of gas unless it means to.
const AMPLE_GAS = 16_000_000n;

let count = 0n;
// A 32-byte value that no other call in this process gives.
export const unique = () => keccak256(toHex(`unique ${count++}`));
// An address that nobody has a key to and that holds nothing yet.
export const newAddress = () => getAddress(`0x${unique().slice(-40)}`);

export async function startChain(hardfork) {
  const anvil = await startAnvil(hardfork);
  const client = createTestClient({ mode: "anvil", chain: foundry, transport: http(anvil.url), pollingInterval: 10, cacheTime: 0 })
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
  async send({ from = this.caller, gas = AMPLE_GAS, ...transaction }) {
    const hash = await this.client.sendTransaction({ account: from, gas, ...transaction });
    return this.client.waitForTransactionReceipt({ hash, timeout: 20_000 });
  }

  async succeed(transaction) {
    const receipt = await this.send(transaction);
    assert.equal(receipt.status, "success", `transaction failed: ${JSON.stringify(transaction.functionName ?? transaction.to)}`);
    return receipt;
  }

  // `contract` is the compiler's output for it; gives what later calls need.
  async deploy(contract, args = []) {
    const { abi } = contract;
    const hash = await this.client.deployContract({ account: this.payer, abi, bytecode: `0x${contract.evm.bytecode.object}`, args, gas: AMPLE_GAS });
    const receipt = await this.client.waitForTransactionReceipt({ hash, timeout: 20_000 });
    assert.equal(receipt.status, "success", "a test contract could not be deployed");
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

const MINT = [{ type: "function", name: "mint", inputs: [{ type: "address" }, { type: "uint256" }], outputs: [], stateMutability: "nonpayable" }];

// The contracts of the named files in test/src/, by name, as `deploy` takes them.
export const testContracts = (...files) => compile("test/src/", ["Ledger", ...files]);
