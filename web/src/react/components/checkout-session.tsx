import { createElement, forwardRef, useEffect, useImperativeHandle, useRef, useState } from "react";
import type { ForwardRefExoticComponent, RefAttributes } from "react";
import type { CheckoutSessionEventMap, CheckoutSessionElement } from "../../element/index.js";
import { baseUrlOf, sharedConfig } from "../../sdk/config.js";
import { CheckoutError } from "../../sdk/errors.js";

type Handler<Name extends keyof CheckoutSessionEventMap> = (event: CheckoutSessionEventMap[Name]) => void;

export interface CheckoutSessionProps {
  sessionId: string;
  /** The deployment's URL. Without it, the one of `configure`. */
  baseUrl?: string;
  /** The address that your page expects to be paid. A payment to another one is not shown. */
  recipient?: string;
  lang?: string;
  /** Shows the checkout in a dialog, which the element's `open` opens. */
  modal?: boolean;
  className?: string;
  onChange?: Handler<"checkout-change">;
  /** Cancel the event, and the buyer is not sent to `success_url`. */
  onComplete?: Handler<"checkout-complete">;
  /** Cancel the event, and the buyer is not sent to `cancel_url`. */
  onCancel?: Handler<"checkout-cancel">;
  onError?: Handler<"checkout-error">;
  /** The dialog was closed. */
  onClose?: Handler<"checkout-close">;
}

const NOT_LOADED = "The checkout cannot be loaded. Reload the page.";

const HANDLERS = {
  "checkout-change": "onChange",
  "checkout-complete": "onComplete",
  "checkout-cancel": "onCancel",
  "checkout-error": "onError",
  "checkout-close": "onClose",
} as const;

/** The element's attributes. The session's id comes last: with it, the element begins. */
function attributesOf({ sessionId, baseUrl, recipient, lang, modal, className }: CheckoutSessionProps) {
  return {
    ...{ "base-url": baseUrlOf({ ...sharedConfig(), ...(baseUrl && { baseUrl }) }), recipient, lang, class: className },
    ...{ modal: modal ? "" : undefined, "session-id": sessionId },
  };
}

function setAttributes(element: Element, attributes: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

/** Calls the newest handlers, with one listener for each event from the first drawing to the last. */
function useHandlers(element: { current: CheckoutSessionElement | null }, props: CheckoutSessionProps): void {
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const { current } = element;
    const names = Object.entries(HANDLERS);
    const call = (event: Event) => {
      const handler = HANDLERS[event.type as keyof typeof HANDLERS];
      (latest.current[handler] as ((event: Event) => void) | undefined)?.(event);
    };
    for (const [name] of names) current?.addEventListener(name, call);
    return () => {
      for (const [name] of names) current?.removeEventListener(name, call);
    };
  }, [element]);
}

/** Loads the element's code. True if that has failed. */
function useElementCode(element: { current: CheckoutSessionElement | null }): boolean {
  const [hasFailed, setHasFailed] = useState(false);
  useEffect(() => {
    let isDrawn = true;
    import("../../element/index.js").catch((cause: unknown) => {
      if (!isDrawn) return;
      const error = new CheckoutError(NOT_LOADED, { code: "network_error", cause });
      element.current?.dispatchEvent(new CustomEvent("checkout-error", { detail: { error } }));
      setHasFailed(true);
    });
    return () => void (isDrawn = false);
  }, [element]);
  return hasFailed;
}

/**
 * The element `<checkout-session>` in React. Without `baseUrl` and `configure` it throws, for an error boundary. The element's own code is loaded once the component is drawn in a browser,
 * so a server draws an empty element. `ref` gives the element.
 */
export const CheckoutSession: ForwardRefExoticComponent<CheckoutSessionProps & RefAttributes<CheckoutSessionElement>> =
  /* @__PURE__ */ forwardRef<CheckoutSessionElement, CheckoutSessionProps>(function CheckoutSession(props, ref) {
    const element = useRef<CheckoutSessionElement>(null);
    useImperativeHandle(ref, () => element.current as CheckoutSessionElement);
    // Before the attributes are set: from then on the element may have something to say.
    useHandlers(element, props);
    // By hand, since React 18 and 19 differ in what they make of a custom element's properties.
    useEffect(() => {
      if (element.current) setAttributes(element.current, attributesOf(props));
    });
    const hasFailed = useElementCode(element);
    return createElement("checkout-session", { ref: element }, hasFailed && <p role="alert">{NOT_LOADED}</p>);
  });
