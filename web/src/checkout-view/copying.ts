/** Buttons that copy what stands beside them. */
import type { View } from "./view.js";

export function offerCopying(view: View): void {
  for (const button of view.root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => void copy(button.dataset.copy ?? "", view));
  }
}

async function copy(text: string, { texts, say }: View): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(texts.copied);
  } catch {
    say(texts.copy_failed);
  }
}
