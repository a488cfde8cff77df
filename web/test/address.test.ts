import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CREATION_CODE, FACTORY } from "../src/address/forwarder.js";
import { depositAddress, verifyDepositAddress } from "../src/address/index.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

// As the factory's own `addressOf` answered on an EVM node: contracts/README.md has it.
const orderId = "5392f7a7-d472-4d6b-9848-bd07117fb82d";
const recipient = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";
const address = "0x99ec1088d1e62e468599c21ee677b8e49a5b4cec";

describe("deposit addresses", () => {
  test("the forwarder is the one of contracts/artifacts", () => {
    expect(`0x${CREATION_CODE}`).toBe(JSON.parse(read("contracts/artifacts/Forwarder.json")).creationCode);
    expect(FACTORY).toBe(JSON.parse(read("contracts/artifacts/ForwarderFactory.json")).deployment.address);
  });

  test("the salt's text is the one of the Rust code, byte for byte", () => {
    const [, domain] = /const DOMAIN: &\[u8\] = b"([^"]+)"/.exec(read("shared/src/chains/salt.rs")) ?? [];
    expect(read("web/src/address/index.ts")).toContain(`const DOMAIN = "${domain}";`);
  });

  test("the excluded chains are the ones of the Rust code", () => {
    const numbers = (source: string) =>
      (/OTHER_CREATE2[^=]*=\s*\[([^\]]+)\]/.exec(source)?.[1] ?? "")
        .replace("ChainId::SOLANA.number()", "792_703_809")
        .split(",")
        .map((text) => Number(text.replaceAll("_", "")));
    const rust = numbers(read("shared/src/chains/deposit_address.rs"));
    expect(rust.length).toBeGreaterThan(9);
    expect(numbers(read("web/src/address/chains.ts"))).toEqual(rust);
  });

  test("an address is the one that the factory deploys to", () => {
    expect(depositAddress({ orderId, recipient })).toBe(address);
    expect(depositAddress({ orderId: `0x${orderId.replaceAll("-", "")}`, recipient })).toBe(address);
    expect(verifyDepositAddress({ orderId, recipient, address, chains: [1, 8453] })).toBe(true);
  });

  test("letter case does not matter", () => {
    const upper = (text: string) => `0x${text.slice(2).toUpperCase()}`;
    expect(verifyDepositAddress({ orderId, recipient: upper(recipient), address: upper(address) })).toBe(true);
  });

  test("any other order, recipient, factory, code or address is found out", () => {
    const right = { orderId, recipient, address };
    for (const wrong of [
      { orderId: orderId.replace("5", "6") },
      { recipient: recipient.replace("a7", "a8") },
      { address: address.replace("99", "98") },
      { factory: recipient },
      { creationCode: `${CREATION_CODE}00` },
      { address: null },
    ]) {
      expect(verifyDepositAddress({ ...right, ...wrong })).toBe(false);
    }
  });

  test("no address is right where contracts' addresses are derived in another way", () => {
    expect(verifyDepositAddress({ orderId, recipient, address, chains: [8453, 324] })).toBe(false);
  });

  test.each([{ orderId: "5392" }, { recipient: "0x12" }, { factory: "0xzz" }])("%j is an error", (wrong) => {
    expect(() => depositAddress({ orderId, recipient, ...wrong })).toThrow(SyntaxError);
  });
});
