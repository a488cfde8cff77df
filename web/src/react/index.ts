export { useCreateCheckoutSession } from "./use-create-checkout-session.js";
export { useCheckoutSession } from "./use-checkout-session.js";
export type {
  MutationCallbacks,
  UseCheckoutSessionOptions,
  UseCheckoutSessionResult,
  UseCreateCheckoutSessionOptions,
  UseCreateCheckoutSessionResult,
} from "./results.js";
