/** Buttons that copy what stands beside them. */
import { say, type Texts } from "./data.js";

export function offerCopying(texts: Texts): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => void copy(button.dataset.copy ?? "", texts));
  }
}

async function copy(text: string, texts: Texts): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(texts.copied);
  } catch {
    say(texts.copy_failed);
  }
}
