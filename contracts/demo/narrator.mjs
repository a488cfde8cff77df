// Tells what happens: one line for each step, with the seconds since the start.

const WIDTH = 10;
// Where lines cannot be overwritten, progress is told this often.
const EVERY_MS = 15_000;

// A problem that its message explains in full: what is wrong, and what to do.
export class Advice extends Error {}

export function newNarrator(out = process.stdout) {
  const start = Date.now();
  let told = start;
  let unfinished = false;

  const line = (what, text) => {
    const seconds = ((Date.now() - start) / 1000).toFixed(1).padStart(6);
    return `${seconds} s  ${what.padEnd(WIDTH)}  ${text}`;
  };
  const clear = () => {
    if (unfinished) out.write("\r\u001b[K");
    unfinished = false;
  };

  return {
    step(what, text) {
      clear();
      out.write(`${line(what, text)}\n`);
      told = Date.now();
    },
    say(text = "") {
      clear();
      out.write(`${text}\n`);
    },
    // What goes on at the moment: overwritten by what comes next.
    progress(what, text) {
      if (out.isTTY) {
        out.write(`\r\u001b[K${line(what, text).slice(0, (out.columns ?? 80) - 1)}`);
        unfinished = true;
      } else if (Date.now() - told >= EVERY_MS) {
        this.step(what, text);
      }
    },
  };
}
