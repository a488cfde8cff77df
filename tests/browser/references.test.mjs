/** The look of the page, compared with pictures in references/: small, grey, and so coarse that fonts and versions of
 * Chromium hardly matter. REFERENCES=write writes them anew. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, open } from "./browser.mjs";
import { startServer } from "./checkout.mjs";
import { differenceOf, pictureOf, PICTURED, thumbnailOf } from "./pictures.mjs";
import { SCENES } from "./scenes.mjs";

/** The share of blocks that may differ. Repeated runs measured 0 and other ways to draw text 0.0006, the faults below 0.1
 * and more. */
const LIMIT = 0.02;
/** In the order of `SCENES`, whose last ones move the clock. */
const PICTURED_SCENES = ["choose", "awaiting", "partly-paid", "withdrawn", "paid-too-much", "complete", "refunded", "late"];
const LOOKS = [{ language: "en", theme: "light" }, { language: "ar", theme: "dark" }];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

let server, browser;
// One after the other: what has started is known to `after` if the next one fails.
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(() => Promise.all([server?.stop(), browser?.close()]));

/** The picture of a page to which `change` was done. */
async function pictured(url, { language, theme }, change = () => {}) {
  const { page, context } = await open(browser, { ...PICTURED, colorScheme: theme });
  await page.goto(`${url}?lang=${language}`);
  await page.evaluate(change);
  const picture = await pictureOf(page);
  await context.close();
  return picture;
}

function compare(name, picture) {
  const reference = here(`references/${name}.png`);
  const thumbnail = thumbnailOf(picture);
  if (process.env.REFERENCES === "write") {
    mkdirSync(here("references"), { recursive: true });
    return writeFileSync(reference, thumbnail);
  }
  const difference = differenceOf(readFileSync(reference), thumbnail);
  if (difference <= LIMIT) return;
  const actual = here(`gallery/${name}.png`);
  mkdirSync(here("gallery"), { recursive: true });
  writeFileSync(actual, picture);
  const share = (100 * difference).toFixed(1);
  assert.fail(`${name} looks different in ${share} % of its blocks: see ${actual}. If that is meant: npm run references`);
}

for (const scene of PICTURED_SCENES) {
  test(`${scene} looks as before`, async () => {
    const { url } = await SCENES[scene](server);
    for (const look of LOOKS) compare(`${scene}-${look.language}-${look.theme}`, await pictured(url, look));
  });
}

const FAULTS = {
  "a button that is gone": () => [...document.querySelectorAll("main button")].findLast((it) => it.offsetParent).remove(),
  "a theme that does not apply": () => (document.documentElement.dataset.mode = "light"),
  "a wrong direction": () => (document.documentElement.dir = "ltr"),
};

for (const [name, plant] of Object.entries(FAULTS)) {
  test(`${name} would be noticed`, async () => {
    const { url } = await SCENES.choose(server);
    const [, look] = LOOKS;
    const [right, wrong] = [await pictured(url, look), await pictured(url, look, plant)].map(thumbnailOf);
    const difference = differenceOf(right, wrong);
    assert.ok(difference > 2 * LIMIT, `only ${difference} of the blocks differ`);
  });
}
