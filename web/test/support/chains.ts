/** A document of chains whose nodes do not answer: it gives the local server names and decimals of tokens. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function chainsFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), "chains-")), "chains.json");
  writeFileSync(file, JSON.stringify({ 8453: { rpc: ["http://127.0.0.1:9"] } }));
  return file;
}
