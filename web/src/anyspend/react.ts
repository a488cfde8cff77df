/** Upstream's module of this name: the hooks. */
export * from "../react/index.js";
