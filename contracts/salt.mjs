// The salt of an order's deposit address: as `shared/src/chains/salt.rs` has it.

import { concat, keccak256, stringToHex } from "viem";

const DOMAIN = stringToHex("checkout-sessions: salt of an order's deposit address");

export const saltOf = (orderId) => keccak256(concat([DOMAIN, `0x${orderId.replace(/^0x|-/g, "")}`]));
