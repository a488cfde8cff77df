/** Upstream's module of this name, with the hooks, which its documents import from here, and the components. */
export * from "./common.js";
export * from "../react/upstream.js";
