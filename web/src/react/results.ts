/** The hooks' results: what upstream's documents and its branch return, together. No type here needs React. */
import type {
  Answer,
  CheckoutSessionWithMore,
  CreateCheckoutSessionRequest,
  CreatedCheckoutSession,
} from "../types/index.js";
import type { CheckoutClient } from "../sdk/client.js";

type Created = Answer<CreatedCheckoutSession>;
type Read = Answer<CheckoutSessionWithMore>;

export interface MutationCallbacks {
  onSuccess?: (session: Created) => void;
  onError?: (error: Error) => void;
  onSettled?: (session: Created | undefined, error: Error | null) => void;
}

export interface UseCreateCheckoutSessionOptions {
  onSuccess?: (session: Created) => void;
  onError?: (error: Error) => void;
  /** Used in place of `anyspend`, with the settings of `configure`. */
  client?: Pick<CheckoutClient, "createCheckoutSession">;
}

export interface UseCreateCheckoutSessionResult {
  mutate: (request?: CreateCheckoutSessionRequest, callbacks?: MutationCallbacks) => void;
  mutateAsync: (request?: CreateCheckoutSessionRequest, callbacks?: MutationCallbacks) => Promise<Created>;
  data: Created | undefined;
  error: Error | null;
  status: "idle" | "pending" | "success" | "error";
  isIdle: boolean;
  isPending: boolean;
  isSuccess: boolean;
  isError: boolean;
  reset: () => void;
  /** The same as `mutate`, `mutateAsync`, `isPending` and `data`, under the branch's names. */
  createSession: UseCreateCheckoutSessionResult["mutate"];
  createSessionAsync: UseCreateCheckoutSessionResult["mutateAsync"];
  isCreating: boolean;
  session: Created | undefined;
}

export interface UseCheckoutSessionOptions {
  /** The milliseconds between two readings, or false for one reading. Without it the interval adapts. */
  refetchInterval?: number | false;
  enabled?: boolean;
  /** Used in place of `anyspend`, with the settings of `configure`. */
  client?: Pick<CheckoutClient, "getCheckoutSession">;
}

export interface UseCheckoutSessionResult {
  data: Read | undefined;
  error: Error | null;
  status: "pending" | "success" | "error";
  isLoading: boolean;
  isPending: boolean;
  isFetching: boolean;
  isSuccess: boolean;
  isError: boolean;
  refetch: () => Promise<unknown>;
  /** The same as `data`, or null, under the branch's name. */
  session: Read | null;
  isComplete: boolean;
  isExpired: boolean;
}
