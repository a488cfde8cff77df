/** Pictures of the page that do not depend on the time, the order or the machine's fonts, and a coarse comparison. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PNG } from "pngjs";

/** The side of a block, in pixels. A letter more or less changes it little, a line or a box much. */
const BLOCK = 8;
/** The difference of two greys, out of 255, from which on blocks count as different. */
const GREY = 24;

const { resolve } = createRequire(import.meta.url);
const face = (script, range) => {
  const font = readFileSync(resolve(`@fontsource/vazirmatn/files/vazirmatn-${script}-400-normal.woff2`), "base64");
  return `@font-face { font-family: pinned; src: url(data:font/woff2;base64,${font}); unicode-range: ${range} }`;
};
const STYLE = `${face("latin", "U+0-5FF, U+2000-20CF")} ${face("arabic", "U+600-6FF, U+FB50-FDFF, U+FE70-FEFF")}
  * { font-family: pinned !important }`;

/** The options of a context whose pages can be pictured: the page's policy forbids fonts. */
export const PICTURED = { viewport: { width: 320, height: 640 }, bypassCSP: true };

/** A picture of the whole page, as PNG. */
export async function pictureOf(page) {
  await page.addStyleTag({ content: STYLE });
  await page.evaluate(async () => {
    for (const element of document.querySelectorAll("code, time, #left")) {
      element.textContent = element.textContent.replace(/[0-9a-f]/gi, "0");
    }
    for (const path of document.querySelectorAll("svg path")) path.removeAttribute("d");
    await Promise.all(["a", "\u0627"].map((text) => document.fonts.load("16px pinned", text)));
  });
  return page.screenshot({ fullPage: true, animations: "disabled" });
}

/** The mean grey of each block, as a PNG whose pixels are the blocks. */
export function thumbnailOf(picture) {
  const { width, height, data } = PNG.sync.read(picture);
  const small = new PNG({ width: Math.ceil(width / BLOCK), height: Math.ceil(height / BLOCK) });
  for (let y = 0; y < small.height; y += 1) {
    for (let x = 0; x < small.width; x += 1) {
      const grey = meanGrey({ width, height, data }, x * BLOCK, y * BLOCK);
      small.data.set([grey, grey, grey, 255], 4 * (y * small.width + x));
    }
  }
  return PNG.sync.write(small, { colorType: 0 });
}

function meanGrey({ width, height, data }, left, top) {
  const [right, bottom] = [Math.min(left + BLOCK, width), Math.min(top + BLOCK, height)];
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const at = 4 * (y * width + x);
      sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    }
  }
  return Math.round(sum / ((right - left) * (bottom - top)));
}

/** The share of the blocks that differ, 0 to 1. Blocks that only one of the thumbnails has differ. */
export function differenceOf(one, other) {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  if (a.width !== b.width) return 1;
  const [all, common] = [Math.max(a.height, b.height) * a.width, Math.min(a.height, b.height) * a.width];
  let different = all - common;
  for (let at = 0; at < common; at += 1) if (Math.abs(a.data[4 * at] - b.data[4 * at]) > GREY) different += 1;
  return different / all;
}
