/** The hooks and components under upstream's names. No type here needs React's or the browser's. */
export { useCreateCheckoutSession } from "./use-create-checkout-session.js";
export { useCheckoutSession } from "./use-checkout-session.js";
export type {
  MutationCallbacks,
  UseCheckoutSessionOptions,
  UseCheckoutSessionResult,
  UseCreateCheckoutSessionOptions,
  UseCreateCheckoutSessionResult,
} from "./results.js";
export { AnySpend } from "./components/any-spend.js";
export { AnySpendCustom, AnySpendCustomExactIn } from "./components/any-spend-custom.js";
export { AnySpendCheckout } from "./components/any-spend-checkout.js";
export type {
  AnySpendCheckoutProps,
  AnySpendCustomExactInProps,
  AnySpendCustomProps,
  AnySpendProps,
  Charge,
  CheckoutItem,
  CheckoutSessionProp,
  CheckoutSummaryLine,
  TokenProp,
} from "./components/props.js";
