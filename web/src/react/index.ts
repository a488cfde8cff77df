export * from "./upstream.js";
export { CheckoutSession, type CheckoutSessionProps } from "./components/checkout-session.js";
