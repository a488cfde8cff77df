import { useRef } from "react";
import { useMutation } from "@tanstack/react-query";
import { anyspend } from "../sdk/anyspend.js";
import { randomKey } from "../sdk/transport.js";
import type { Answer, CreateCheckoutSessionRequest, CreatedCheckoutSession } from "../types/index.js";
import type { UseCreateCheckoutSessionOptions, UseCreateCheckoutSessionResult } from "./results.js";

type Created = Answer<CreatedCheckoutSession>;

/** A request that has not succeeded yet. */
interface Pending {
  body: string;
  idempotencyKey: string;
  answer: Promise<Created> | null;
}

/** Creates sessions. A second click while a session is being created gets that session, not another one. */
export function useCreateCheckoutSession(
  options: UseCreateCheckoutSessionOptions = {},
): UseCreateCheckoutSessionResult {
  const pending = useRef<Pending | null>(null);
  const reported = useRef<unknown>(null);
  const { client = anyspend, onSuccess, onError } = options;

  const create = async (request: CreateCheckoutSessionRequest | void): Promise<Created> => {
    const body = JSON.stringify(request ?? {});
    if (pending.current?.body !== body) pending.current = { body, idempotencyKey: randomKey(), answer: null };
    const { current } = pending;
    // After a failure the key stays: the lost answer may have been a success.
    const { idempotencyKey } = current;
    current.answer ??= client.createCheckoutSession(request ?? {}, { idempotencyKey });
    try {
      const answer = await current.answer;
      if (pending.current === current) pending.current = null;
      return answer;
    } catch (error) {
      current.answer = null;
      throw error;
    }
  };

  /** True once for each outcome, since two clicks may share it. */
  const isNew = (outcome: unknown) => reported.current !== outcome && Boolean((reported.current = outcome));

  const mutation = useMutation<Created, Error, CreateCheckoutSessionRequest | void>({
    mutationFn: create,
    // The client has tried again already.
    retry: false,
    onSuccess: (session) => void (isNew(session) && onSuccess?.(session)),
    onError: (error) => void (isNew(error) && onError?.(error)),
  });
  const { mutate, mutateAsync, data, isPending } = mutation;
  return {
    ...mutation,
    createSession: mutate,
    createSessionAsync: mutateAsync,
    isCreating: isPending,
    session: data,
  } as UseCreateCheckoutSessionResult;
}
