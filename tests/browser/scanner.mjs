/** Reads a QR code of the page as a scanner does: its dark modules are painted, and a library that has not made them reads
 * the picture. */
import jsQR from "jsqr";

/** Pixels for a module. */
const SCALE = 4;

/** The text of the code in an element. */
export async function scanned(element) {
  const code = element.locator("svg.qr");
  const side = Number((await code.getAttribute("viewBox")).split(" ")[3]) * SCALE;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  const path = await code.locator("path").getAttribute("d");
  for (const numbers of path.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
    const [x, y, width] = numbers.slice(1).map((text) => Number(text) * SCALE);
    for (let row = y; row < y + SCALE; row += 1) {
      for (let column = x; column < x + width; column += 1) pixels.fill(0, (row * side + column) * 4, (row * side + column) * 4 + 3);
    }
  }
  return jsQR(pixels, side, side).data;
}
