// As the service's documents have them.
import { useCreateCheckoutSession } from "@b3dotfun/sdk/anyspend";
import { useCheckoutSession } from "@b3dotfun/sdk/anyspend";

export function Create() {
  const { mutate: createSession, data, isPending } = useCreateCheckoutSession();
  return (
    <button id="create" disabled={isPending} onClick={() => createSession({ metadata: { sku: "widget-1" } })}>
      {data ? data.id : "Buy"}
    </button>
  );
}

export function Status({ sessionId }: { sessionId: string }) {
  const { data: session, isLoading } = useCheckoutSession(sessionId);
  // One page of the documents reads the envelope.
  return <p id="status">{isLoading ? "loading" : `${session?.status} ${session?.data.status}`}</p>;
}
