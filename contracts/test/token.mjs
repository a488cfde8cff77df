// Prints the creation code of test/src/TestToken.sol, ready to be deployed: one line of hex. The argument is the
// token's number of decimals, 6 unless given.

import { concat, encodeAbiParameters } from "viem";
import { compile } from "../compile.mjs";

const decimals = Number(process.argv[2] ?? 6);
const { TestToken } = compile("test/src/", ["Ledger", "TestToken"]);
const args = encodeAbiParameters([{ type: "uint8" }], [decimals]);
console.log(concat([`0x${TestToken.evm.bytecode.object}`, args]));
