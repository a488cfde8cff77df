/** The custom element: the hosted page's content in a page of the shop. */
import { emit } from "./events.js";
import { Frame } from "./frame.js";
import { SessionOnShow } from "./session-on-show.js";

// A server has no elements. Importing this there must not fail.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Shows the session `session-id` of the deployment at `base-url`. `recipient` is the address that the shop is paid at: a
 * payment that goes elsewhere is not shown. `lang` is the language, `modal` puts everything into a dialog.
 */
export class CheckoutSessionElement extends Base {
  static readonly observedAttributes = ["session-id", "base-url", "recipient", "lang", "modal"];
  #frame: Frame | null = null;
  #session: SessionOnShow | null = null;

  connectedCallback(): void {
    this.#build();
  }

  disconnectedCallback(): void {
    this.#stop();
    this.#frame = null;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    // Before the element is connected, nothing is on show.
    if (!this.#frame || before === now) return;
    if (name === "modal") this.#build();
    else if (this.#frame.dialog?.open !== false) this.#start();
  }

  /** Shows the dialog of a modal element, and follows the session. */
  open(): void {
    const dialog = this.#frame?.dialog;
    if (!dialog || dialog.open) return;
    dialog.showModal();
    this.#start();
  }

  /** Closes the dialog. Then the session is not followed any more. */
  close(): void {
    this.#frame?.dialog?.close();
  }

  #build(): void {
    this.#stop();
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.#frame = new Frame(root, this.hasAttribute("modal"));
    if (!this.#frame.dialog) return this.#start();
    this.#frame.dialog.addEventListener("close", () => {
      this.#stop();
      emit(this, "checkout-close", null);
    });
  }

  #start(): void {
    this.#stop();
    this.#frame?.clear();
    const sessionId = this.getAttribute("session-id");
    const baseUrl = this.getAttribute("base-url");
    // A framework may set them later, one by one.
    if (!this.#frame || !sessionId || !baseUrl) return;
    const [recipient, language] = [this.getAttribute("recipient"), this.getAttribute("lang")];
    this.#session = new SessionOnShow(this, this.#frame, { sessionId, baseUrl, recipient, language });
  }

  #stop(): void {
    this.#session?.stop();
    this.#session = null;
  }
}
