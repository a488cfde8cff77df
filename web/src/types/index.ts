export type * from "./values.js";
export type * from "./session.js";
export type * from "./order.js";
export type * from "./order-request.js";
export type * from "./event.js";
export type * from "./envelope.js";
