export { factsOf, type Facts } from "./facts.js";
export { requestPage, shownOf, type PageAnswer } from "./following.js";
export { ShownCheckout, type Place } from "./showing.js";
