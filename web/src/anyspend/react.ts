/** Upstream's module of this name: the hooks and components. */
export * from "../react/index.js";
