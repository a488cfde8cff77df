export { formatUnits, leastAmount, parseUnits } from "./amounts.js";
export { NATIVE_TOKEN, paymentUri, type PaymentUriRequest } from "./payment-uri.js";
export { isFinal } from "./states.js";
export { STATES, type StateRule } from "./state-table.js";
export type {
  CheckoutState,
  CheckoutStateName,
  Confirmation,
  Deadline,
  Deposits,
  DueOption,
  Ended,
  HowToPay,
  InProgress,
} from "./states.js";
export { derive, type Reading } from "./derive.js";
export { INITIAL, reduce, type Checkout, type CheckoutInput, type Connection } from "./reduce.js";
export { backoff, pollInterval, type Pace } from "./schedule.js";
export { ServerClock, type ClockReading } from "./server-clock.js";
export { browser, type Environment } from "./environment.js";
export { watchCheckout, type CheckoutWatch, type WatchOptions } from "./watch.js";
