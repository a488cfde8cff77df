/** The hosted page's content, made ready for a shadow root in another page. */

/** The names for `::part()`, and the elements that have them. */
const PARTS: Record<string, string> = {
  header: "header",
  steps: ".steps",
  status: ".status",
  title: "h1",
  option: ".option",
  button: ".button",
  payment: ".pay",
  qr: ".qr",
  copy: "[data-copy]",
  wallets: "#wallets",
  verified: "#verified",
  deadline: "#deadline",
  notice: ".notice",
  transactions: ".transactions",
  receipt: ".receipt",
  back: "#back",
  purchase: ".purchase",
  footer: "footer",
  help: "footer > section",
  languages: "footer > nav",
};

/** The elements of the page to show: neither its script nor the link that skips to the payment. */
const SHOWN = "body > header, body > main, body > .purchase, body > footer";

/** The content of a page for the shadow root. The page itself is changed. */
export function contentOf(page: Document): Node[] {
  nameParts(page);
  // In the document that the browser has parsed, links still know the page that they are relative to.
  for (const link of page.querySelectorAll<HTMLAnchorElement>('a[href^="./"]')) link.setAttribute("href", link.href);
  // The buyer comes back to the payment from an explorer or a help page. The link to the shop replaces it.
  for (const link of page.querySelectorAll<HTMLAnchorElement>('a[rel="noreferrer"]:not(#back)')) link.target = "_blank";
  return Array.from(page.querySelectorAll(SHOWN), (element) => {
    const content = document.importNode(element, true);
    return content.localName === "main" ? withoutLandmark(content) : content;
  });
}

function nameParts(page: Document): void {
  for (const [name, selector] of Object.entries(PARTS))
    for (const element of page.querySelectorAll(selector)) element.part.add(name);
}

/** A page has one `main`, and that is the shop's. */
function withoutLandmark(main: Element): Element {
  const box = document.createElement("div");
  for (const { name, value } of main.attributes) box.setAttribute(name, value);
  box.append(...main.childNodes);
  return box;
}

/** The page's styles. No policy of the shop's page refuses them, as it would refuse a `style` element. */
export function sheetsOf(page: Document): CSSStyleSheet[] {
  const styles = page.querySelector<HTMLTemplateElement>("template#style")?.content.querySelectorAll("style") ?? [];
  return Array.from(styles, ({ textContent }) => sheetOf(textContent ?? ""));
}

export function sheetOf(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
