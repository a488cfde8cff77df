import { useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { pollInterval } from "../core/schedule.js";
import { anyspend } from "../sdk/anyspend.js";
import { withEnvelope } from "../sdk/answer.js";
import { CheckoutError } from "../sdk/errors.js";
import type { CheckoutSessionWithMore } from "../types/index.js";
import type { UseCheckoutSessionOptions, UseCheckoutSessionResult } from "./results.js";

interface QueryState {
  state: { data: CheckoutSessionWithMore | undefined; error: Error | null };
}

const isNotFound = (error: Error | null) => error instanceof CheckoutError && error.status === 404;

/** True if another reading would show nothing new. */
function isDone({ state: { data, error } }: QueryState): boolean {
  return data?.status === "complete" || data?.status === "expired" || isNotFound(error);
}

/** Keeps the earlier object while nothing has changed, so that a component is not drawn at each reading. */
function keepEqual(old: unknown, fresh: unknown): unknown {
  return JSON.stringify(old) === JSON.stringify(fresh) ? old : fresh;
}

/** Follows a session: polls it until it is `complete` or `expired`, or is not found. */
export function useCheckoutSession(
  sessionId: string | null | undefined,
  { refetchInterval, enabled = true, client = anyspend }: UseCheckoutSessionOptions = {},
): UseCheckoutSessionResult {
  const since = useMemo(() => Date.now(), [sessionId]);

  const interval = (query: QueryState): number | false => {
    if (isDone(query) || refetchInterval === false) return false;
    const pace = refetchInterval ?? pollInterval({ age: Date.now() - since });
    const { error } = query.state;
    return Math.max(pace, error instanceof CheckoutError ? (error.retryAfter ?? 0) * 1000 : 0);
  };
  // Whatever the app's default for stale data is: somebody who comes back from their wallet wants to see the result.
  const unlessDone = (query: QueryState) => (isDone(query) ? false : "always");

  const query = useQuery<CheckoutSessionWithMore, Error>({
    queryKey: ["checkout-session", sessionId],
    queryFn: ({ signal }) => client.getCheckoutSession(sessionId as string, { signal }),
    enabled: Boolean(sessionId) && enabled,
    refetchInterval: interval,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: unlessDone,
    refetchOnReconnect: unlessDone,
    refetchOnMount: unlessDone,
    // The client has tried again already, and a 404 stays one.
    retry: false,
    structuralSharing: keepEqual,
  });

  // Made anew, since a cache that was restored from storage has the data alone.
  const data = useMemo(
    () => query.data && withEnvelope({ success: true, message: "", statusCode: 200, data: query.data }),
    [query.data],
  );
  const { error, status, isLoading, isPending, isFetching, isSuccess, isError, refetch } = query;
  return {
    ...{ data, error, status, isLoading, isPending, isFetching, isSuccess, isError, refetch },
    session: data ?? null,
    isComplete: data?.status === "complete",
    isExpired: data?.status === "expired",
  };
}
