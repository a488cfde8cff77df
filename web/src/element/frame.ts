/** What is around the content: its box, the live region and, for a modal element, the dialog. */
import { contentOf, sheetOf, sheetsOf } from "./content.js";
import { STYLE } from "./style.js";

/** Shown if neither a page came nor the shop has put anything into the element. */
const UNREACHABLE = "The checkout cannot be reached at the moment.";

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  fields: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), fields);
}

export class Frame {
  readonly dialog: HTMLDialogElement | null = null;
  readonly root: ShadowRoot;
  readonly #box = element("section", { className: "page" });
  readonly #content = element("div", {});
  readonly #close = element("button", { type: "button", className: "close", textContent: "×" });
  readonly #own = sheetOf(STYLE);

  constructor(root: ShadowRoot, isModal: boolean) {
    this.root = root;
    this.#box.part.add("page");
    this.#close.part.add("close");
    const said = element("p", { id: "said", role: "status" });
    said.part.add("said");
    this.#box.append(this.#content, said);
    if (isModal) this.dialog = this.#inDialog();
    root.adoptedStyleSheets = [this.#own];
    root.replaceChildren(this.dialog ?? this.#box);
    this.clear();
    this.name("Checkout");
  }

  #inDialog(): HTMLDialogElement {
    const dialog = element("dialog", {});
    dialog.part.add("dialog");
    dialog.append(this.#box);
    this.#close.setAttribute("aria-label", "Close");
    this.#close.addEventListener("click", () => dialog.close());
    this.#box.prepend(this.#close);
    return dialog;
  }

  /** Names the dialog, or the landmark, for screen readers. */
  name(name: string): void {
    (this.dialog ?? this.#box).setAttribute("aria-label", name);
  }

  /** Shows what the shop has put into the element. */
  clear(): void {
    this.#content.replaceChildren(document.createElement("slot"));
  }

  /** Shows a page. `closeText` names the button that closes the dialog. */
  show(page: Document, closeText?: string): void {
    const { lang, dir } = page.documentElement;
    Object.assign(this.#box, { lang, dir });
    this.name(page.title);
    if (closeText) this.#close.setAttribute("aria-label", closeText);
    this.root.adoptedStyleSheets = [...sheetsOf(page), this.#own];
    this.#content.replaceChildren(...contentOf(page));
  }

  /** Says that nothing came. */
  showUnreachable(): void {
    const alert = element("div", { role: "alert" });
    const slot = element("slot", { textContent: UNREACHABLE });
    alert.part.add("notice");
    alert.append(slot);
    this.#content.replaceChildren(alert);
  }
}
