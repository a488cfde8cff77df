/** A QR code as an SVG path, which a page draws without parsing HTML. */
import { encode } from "uqr";

/** The quiet zone around a code, in modules, as its standard asks for. */
const QUIET = 4;

export interface Code {
  uri: string;
  /** The dark modules, as the `d` of an SVG path. */
  path: string;
  /** The side of the square to draw it in, the quiet zone included. */
  size: number;
}

export function codeOf(uri: string): Code {
  const { data, size } = encode(uri, { ecc: "L", border: QUIET });
  return { uri, size, path: data.map(pathOfRow).join("") };
}

/** A rectangle for each dark module, as wide as the run that begins with it. */
function pathOfRow(row: boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    const from = x;
    while (row[x]) x += 1;
    if (x > from) path += `M${from} ${y}h${x - from}v1h${from - x}z`;
  }
  return path;
}
