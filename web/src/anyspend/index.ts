/** Upstream's module of this name, with the hooks, which its documents import from here. */
export * from "./common.js";
export * from "../react/index.js";
