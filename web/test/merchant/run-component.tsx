import { createRoot } from "react-dom/client";
import { Checkout } from "./component.js";

const root = document.body.appendChild(document.createElement("div"));
const shown = () => root.querySelector("checkout-session")?.getAttribute("session-id");

async function until(condition: () => unknown): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2000) throw new Error(`${condition} never came true: ${root.innerHTML}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Types as a person does: React takes no notice of a value that is only assigned. */
function type(input: HTMLInputElement, text: string): void {
  const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value")?.set;
  setter?.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

createRoot(root).render(<Checkout />);
await until(() => root.querySelector("label")?.textContent === "Amount in USDC");
type(root.querySelector("input") as HTMLInputElement, "19.99");
root.querySelector("button")?.click();
await until(shown);
console.log(shown());
process.exit(0);
