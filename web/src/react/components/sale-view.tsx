import { useContext, useEffect, useRef, useState, type ReactNode } from "react";
import { QueryClient, QueryClientContext, QueryClientProvider } from "@tanstack/react-query";
import type { CheckoutSessionEventMap, CheckoutSessionElement } from "../../element/index.js";
import type { CheckoutSession as Session } from "../../types/index.js";
import { CheckoutSession } from "./checkout-session.js";
import { tellIgnored, tellRefusal } from "./development.js";
import { Offer } from "./offer.js";
import { PropError } from "./problems.js";
import type { Drawable, SharedProps } from "./props.js";
import { checkComplete, saleKey, type Sale } from "./sale.js";

/** A component's properties, as `SaleView` needs them. */
export interface SaleOf {
  component: string;
  props: SharedProps & { mode?: string };
  /** The properties that change nothing here. */
  ignored: readonly string[];
  /** The sentence that says which property asks for something that this service does not do; null if none does. */
  refusal: string | null;
  /** Reads the sale. May throw a `PropError`. */
  read: () => Sale;
  header?: Drawable;
  /** Called once for each session, after it is `complete` as the API says it. */
  onPaid: (session: Session) => void;
}

/** Created when the first component needs it: apps have a client of their own, and it is used where there is one. */
let ownQueries: QueryClient | undefined;

function Refusal({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="checkout-sale-refusal">
      {children}
    </p>
  );
}

interface ShownProps {
  id: string;
  sale: Sale;
  of: SaleOf;
  onRetry: () => void;
}

/** True if a session ended without having been given any money, so that another one may follow. */
function isUnpaid({ detail: { state } }: CheckoutSessionEventMap["checkout-change"]): boolean {
  return (
    state.name === "expired" &&
    Object.values(state.deposits)
      .flat()
      .every((it) => it === false)
  );
}

/** A session, once there is one. */
function Shown({ id, sale, of: { props, onPaid }, onRetry }: ShownProps) {
  const element = useRef<CheckoutSessionElement>(null);
  const paid = useRef(false);
  const [unpaid, setUnpaid] = useState(false);
  const modal = props.mode === "modal";

  const opener = useRef<HTMLButtonElement>(null);
  const open = () => {
    // The dialog gives the focus back to where it was: to this button, since the one of the offer is gone.
    opener.current?.focus();
    void customElements.whenDefined("checkout-session").then(() => element.current?.open());
  };
  useEffect(() => {
    if (modal) open();
  }, [modal]);
  const complete = ({ detail }: CheckoutSessionEventMap["checkout-complete"]) => {
    if (paid.current) return;
    paid.current = true;
    onPaid(detail.session);
  };
  return (
    <>
      <CheckoutSession
        {...{ ref: element, sessionId: id, baseUrl: props.baseUrl, recipient: sale.recipient, lang: props.lang, modal }}
        onChange={(event) => setUnpaid(isUnpaid(event))}
        onComplete={complete}
        onError={({ detail: { error } }) => props.onError?.(error)}
      />
      {modal && (
        <button type="button" ref={opener} onClick={open}>
          {props.buttonText ?? "Pay"}
        </button>
      )}
      {unpaid && !props.sessionId && (
        <button type="button" onClick={onRetry}>
          {props.content?.retryButtonLabel ?? "Start again"}
        </button>
      )}
    </>
  );
}

/** Reads the sale and checks it, unless a server has done so: it makes the session then. */
function readSale({ props, read }: SaleOf): Sale | PropError {
  try {
    const sale = read();
    if (!props.sessionId && !props.createSession) checkComplete(sale);
    return sale;
  } catch (error) {
    if (error instanceof PropError) return error;
    throw error;
  }
}

function Selling({ sale, of }: { sale: Sale; of: SaleOf }) {
  const { props } = of;
  // By what is sold, so that the next sale in the same component does not show the session of the one before.
  const [sessions, setSessions] = useState<Record<string, string>>({});
  const key = saleKey(sale);
  const id = props.sessionId ?? sessions[key];
  const place = useRef<HTMLDivElement>(null);
  const keep = (created: string | undefined) => {
    setSessions(({ [key]: _, ...others }) => (created ? { ...others, [key]: created } : others));
    // The button that had the focus is gone.
    if (created && props.mode !== "modal") place.current?.focus();
  };
  return (
    <div className="checkout-sale" ref={place} tabIndex={-1}>
      {!id && of.header}
      {id ? (
        <Shown key={id} {...{ id, sale, of }} onRetry={() => keep(undefined)} />
      ) : (
        <Offer key={key} sale={sale} props={props} onSession={keep} />
      )}
      {props.footer}
    </div>
  );
}

/** Sells what a component's properties describe, or says why it cannot. */
export function SaleView({ of }: { of: SaleOf }) {
  const { component, props, ignored, refusal } = of;
  const inherited = useContext(QueryClientContext);
  const sale = refusal === null ? readSale(of) : new PropError(refusal);
  const problem = sale instanceof PropError ? sale.message : null;

  useEffect(() => tellIgnored(component, props, ignored));
  useEffect(() => {
    if (problem !== null) tellRefusal(component, problem);
  }, [component, problem]);

  if (sale instanceof PropError) return <Refusal>{problem}</Refusal>;
  return (
    <QueryClientProvider client={inherited ?? (ownQueries ??= new QueryClient())}>
      <Selling sale={sale} of={of} />
    </QueryClientProvider>
  );
}
