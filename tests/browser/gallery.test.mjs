/** Every state that a buyer can see, in each language, theme and direction: accessible, quiet, and within a narrow
 * screen. With GALLERY=DIRECTORY it leaves the pictures and an index there. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { axe, launch, open } from "./browser.mjs";
import { startServer } from "./checkout.mjs";
import { SCENES } from "./scenes.mjs";

const LANGUAGES = ["en", "de", "fr", "es", "pt", "ja", "zh", "ar"];
const GALLERY = process.env.GALLERY;

let server, browser;
// One after the other: what has started is known to `after` if the next one fails.
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(() => Promise.all([server?.stop(), browser?.close()]));

const pictures = [];

/** Opens a page at 320 pixels and checks it. */
async function check(scene, url, language, theme) {
  const name = `${scene} in ${language}, ${theme}`;
  const viewport = { width: 320, height: 640 };
  const { page, context, problems } = await open(browser, { viewport, colorScheme: theme });
  await page.goto(`${url}?lang=${language}`);
  const shown = await page.evaluate(() => ({
    direction: getComputedStyle(document.body).direction,
    language: document.documentElement.lang,
    width: document.documentElement.scrollWidth,
    empty: document.querySelector("main").innerText.trim() === "",
  }));
  const direction = language === "ar" ? "rtl" : "ltr";
  assert.deepEqual(shown, { direction, language, width: 320, empty: false }, name);
  assert.deepEqual(await axe(page), [], name);
  assert.deepEqual(problems, [], name);
  if (GALLERY) {
    const file = `${scene}-${language}-${theme}.png`;
    await page.screenshot({ path: join(GALLERY, file), fullPage: true });
    pictures.push({ file, name });
  }
  await context.close();
}

if (GALLERY) mkdirSync(GALLERY, { recursive: true });

for (const [scene, make] of Object.entries(SCENES)) {
  test(scene, async () => {
    const { url } = await make(server);
    for (const [at, language] of LANGUAGES.entries()) {
      await check(scene, url, language, at % 2 ? "dark" : "light");
      if (language === "en" || language === "ar") await check(scene, url, language, at % 2 ? "light" : "dark");
    }
  });
}

test("a session that does not exist", async () => {
  const { page, problems } = await open(browser);
  const answer = await page.goto(`${server.url}/checkout/0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e8`);
  assert.equal(answer.status(), 404);
  assert.deepEqual(await axe(page), []);
  // The browser itself reports the status as an error.
  assert.ok(problems.every((problem) => problem.includes("404")), problems.join());
});

after(() => {
  if (!GALLERY) return;
  const figures = pictures.map(({ file, name }) => `<figure><img src="${file}" alt="" width="320"><figcaption>${name}</figcaption></figure>`);
  const style = "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px system-ui}figure{margin:0}img{border:1px solid #999}";
  writeFileSync(join(GALLERY, "index.html"), `<!doctype html><meta charset="utf-8"><title>Gallery</title><style>${style}</style>${figures.join("\n")}`);
});
