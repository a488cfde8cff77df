/** The SDK and the core. */
export * from "./sdk/index.js";
export * from "./core/index.js";
export {
  depositAddress,
  verifyDepositAddress,
  type DepositAddressRequest,
  type VerifyDepositAddressRequest,
} from "./address/index.js";
export type * from "./types/index.js";
