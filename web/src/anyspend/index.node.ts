/**
 * The same for Node, where a server may have no React. A static import of the hooks would fail there, so they are
 * loaded if they can be, and otherwise say what they lack when they are called.
 */
import type * as Hooks from "../react/index.js";
export * from "./common.js";

function withoutReact(error: unknown): Pick<typeof Hooks, "useCheckoutSession" | "useCreateCheckoutSession"> {
  const missing = (): never => {
    throw new Error("The hooks need the packages react and @tanstack/react-query", { cause: error });
  };
  return { useCheckoutSession: missing, useCreateCheckoutSession: missing };
}

const hooks = await import("../react/index.js").catch(withoutReact);

export const { useCheckoutSession, useCreateCheckoutSession } = hooks;
