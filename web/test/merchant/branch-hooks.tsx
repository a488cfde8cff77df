// As code written for upstream's branch uses them.
import { useCheckoutSession, useCreateCheckoutSession } from "@b3dotfun/sdk/anyspend/react";

export function Branch({ onCreated }: { onCreated: (id: string) => void }) {
  const { createSession, createSessionAsync, isCreating, session, error } = useCreateCheckoutSession({
    onSuccess: (created) => onCreated(created.id),
    onError: (failure) => console.error(failure.message),
  });
  const followed = useCheckoutSession(session?.id ?? null, { refetchInterval: 3000, enabled: !error });
  const state = followed.isComplete ? "paid" : followed.isExpired ? "over" : (followed.session?.status ?? "none");
  return (
    <button
      id="branch"
      disabled={isCreating}
      onClick={() => createSession({})}
      onDoubleClick={() => void createSessionAsync({})}
    >
      {state}
    </button>
  );
}
