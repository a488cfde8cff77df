/** All of `@b3dotfun/sdk/anyspend` that needs no React. */
export * from "../index.js";
