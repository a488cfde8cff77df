/** Upstream's module of this name: the service object. */
export { anyspend, anyspendService } from "../sdk/anyspend.js";
