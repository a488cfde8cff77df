// Writes the transition table into README.md, from the built package. With --check it writes nothing, and fails if the
// table is another one.
import { readFileSync, writeFileSync } from "node:fs";
import { isFinal, STATES } from "../dist/core/index.js";

const README = new URL("../README.md", import.meta.url);
const [BEGIN, END] = ["<!-- states: npm run states -->", "<!-- end of states -->"];

const code = (name) => `\`${name}\``;
const rows = STATES.map(
  ({ name, when, next }) =>
    `| ${code(name)} | ${when} | ${next.map(code).join(", ") || "–"} | ${isFinal(name) ? "yes" : ""} |`,
);
const table = [
  "| State | What the API shows | Later readings can show | Polling stops |",
  "|---|---|---|---|",
  ...rows,
];

const text = readFileSync(README, "utf8");
const [before, rest] = text.split(BEGIN);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`README.md has no ${BEGIN} and ${END}`);
const fresh = `${before}${BEGIN}\n\n${table.join("\n")}\n\n${END}${after}`;
if (process.argv.includes("--check") && fresh !== text) {
  console.error("README.md has another transition table: npm run build && npm run states");
  process.exit(1);
}
if (fresh !== text) writeFileSync(README, fresh);
