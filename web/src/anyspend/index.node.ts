/**
 * The same for Node, where a server may have no React. A static import of the hooks and components would fail there, so
 * they are loaded if they can be, and otherwise say what they lack when they are called.
 */
import type * as Upstream from "../react/upstream.js";
export * from "./common.js";

function withoutReact(error: unknown): typeof Upstream {
  const missing = (): never => {
    throw new Error("The hooks and components need the packages react and @tanstack/react-query", { cause: error });
  };
  return {
    ...{ useCheckoutSession: missing, useCreateCheckoutSession: missing },
    ...{ AnySpend: missing, AnySpendCustom: missing, AnySpendCustomExactIn: missing, AnySpendCheckout: missing },
  };
}

const loaded = await import("../react/upstream.js").catch(withoutReact);

export const { useCheckoutSession, useCreateCheckoutSession } = loaded;
export const { AnySpend, AnySpendCustom, AnySpendCustomExactIn, AnySpendCheckout } = loaded;
