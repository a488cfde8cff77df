export { factsOf, type Facts, type WalletConnect } from "./facts.js";
export { requestPage, shownOf, type PageAnswer } from "./following.js";
export { ShownCheckout, type Place } from "./showing.js";
export type { View } from "./view.js";
export { BuyersError, REJECTED, UNKNOWN_CHAIN, type Payment, type Provider, type Wallet } from "./wallets.js";
