import { useId, useRef, useState, type FormEvent } from "react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createClient, type CheckoutClient } from "../../sdk/client.js";
import { anyspend } from "../../sdk/anyspend.js";
import type { CreateCheckoutSessionRequest, PaymentToken } from "../../types/index.js";
import { useCreateCheckoutSession } from "../use-create-checkout-session.js";
import { amountText } from "./cart.js";
import { PropError, textOf } from "./problems.js";
import { requestOf, tokenOf, typedAmount, type Sale } from "./sale.js";
import type { SharedProps } from "./props.js";

type Creator = Pick<CheckoutClient, "createCheckoutSession">;

const clientFor = (baseUrl: string | undefined) => (baseUrl ? createClient({ baseUrl }) : anyspend);

/** The deployment's chains and tokens. They change with a deployment only. */
const paymentOptions = (baseUrl: string | undefined) => ({
  queryKey: ["payment-options", baseUrl ?? null],
  queryFn: () => clientFor(baseUrl).paymentOptions(),
  staleTime: 300_000,
  retry: false,
});

function creatorOf({ baseUrl, createSession }: SharedProps): Creator {
  if (!createSession) return clientFor(baseUrl);
  // The hook needs no more of the answer than its id.
  return { createCheckoutSession: async () => (await createSession()) as never };
}

/** Creates the session of a sale, once, when it is told to. */
function useCommit(sale: Sale, props: SharedProps, typed: string, onSession: (id: string) => void) {
  const queries = useQueryClient();
  const { createSessionAsync } = useCreateCheckoutSession({ client: creatorOf(props) });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  const running = useRef(false);

  const request = async (): Promise<CreateCheckoutSessionRequest> => {
    if (props.createSession) return {};
    const token = tokenOf(sale, await queries.ensureQueryData(paymentOptions(props.baseUrl)));
    return requestOf(sale, sale.amount ?? typedAmount(sale, token, typed), token);
  };
  const commit = async () => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      onSession((await createSessionAsync(await request())).id);
    } catch (error) {
      setProblem(error as Error);
      if (!(error instanceof PropError)) props.onError?.(error as Error);
    }
    running.current = false;
    setBusy(false);
  };
  return { commit, busy, problem };
}

interface LinesProps {
  sale: Sale;
  token: PaymentToken | null;
}

function Lines({ sale: { lines, amount }, token }: LinesProps) {
  if (lines.length === 0) return null;
  return (
    <ul className="checkout-sale-lines">
      {lines.map(({ name, quantity, amount: price, description, image }, at) => (
        <li key={at}>
          {image && <img src={image} alt="" />}
          <span>
            {quantity > 1 && `${quantity} × `}
            {name}
            {description && <small>{description}</small>}
          </span>
          {token && <span>{amountText(price * BigInt(quantity), token)}</span>}
        </li>
      ))}
      {token && (
        <li>
          <strong>Total</strong>
          <strong>{amountText(BigInt(amount ?? 0), token)}</strong>
        </li>
      )}
    </ul>
  );
}

interface AmountProps {
  token: PaymentToken | null;
  value: string;
  onChange: (value: string) => void;
  problemId: string | undefined;
}

function Amount({ token, value, onChange, problemId }: AmountProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Amount{token && ` in ${token.symbol}`}</label>
      <input
        {...{ id, value, inputMode: "decimal", autoComplete: "off", required: true }}
        aria-invalid={problemId !== undefined}
        aria-describedby={problemId}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  );
}

export interface OfferProps {
  sale: Sale;
  props: SharedProps;
  onSession: (id: string) => void;
}

/** The sale before the buyer commits: its lines, an amount to type where none is given, and the button. */
export function Offer({ sale, props, onSession }: OfferProps) {
  const [typed, setTyped] = useState("");
  const problemId = useId();
  const options = useQuery(paymentOptions(props.baseUrl));
  const token = tokenOf(sale, options.data);
  const { commit, busy, problem } = useCommit(sale, props, typed, onSession);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void commit();
  };
  const price = sale.amount !== null && token ? ` ${amountText(BigInt(sale.amount), token)}` : "";
  return (
    <form className="checkout-sale-offer" noValidate onSubmit={submit}>
      <Lines sale={sale} token={token} />
      {sale.amount === null && !props.createSession && (
        <Amount token={token} value={typed} onChange={setTyped} problemId={problem ? problemId : undefined} />
      )}
      <button type="submit" aria-disabled={busy}>
        {props.buttonText ?? `Pay${price}`}
      </button>
      <p role="status">{busy && "Opening the checkout…"}</p>
      <p role="alert" id={problemId}>
        {problem && textOf(problem, sale.names)}
      </p>
    </form>
  );
}
