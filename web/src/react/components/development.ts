/** Hints for developers, which production never shows. */

/** Bundlers replace this very text, and without one `process` may be missing altogether. */
declare const process: { env: Record<string, string | undefined> };
function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
}

const told = new Set<string>();

function tell(method: "warn" | "error", text: string): void {
  if (!isDevelopment() || told.has(text)) return;
  told.add(text);
  console[method](text);
}

/** Names, once, the properties of a component that change nothing. */
export function tellIgnored(component: string, props: object, names: readonly string[]): void {
  const given = names.filter((name) => (props as Record<string, unknown>)[name] !== undefined);
  if (given.length > 0) tell("warn", `<${component}> ignores ${given.join(", ")}: see "Components" in its README.`);
}

export const tellRefusal = (component: string, refusal: string): void => tell("error", `<${component}>: ${refusal}`);
