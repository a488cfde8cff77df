//! QR codes: as SVG for the page, as half blocks for terminals.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone around a code, in modules, as its standard asks for.
const QUIET: i32 = 4;

/// The code of `text` as SVG: one path on a white square, also in dark mode, since scanners need dark on light. Nothing
/// if the text is too long for a code, which no address or payment link is.
pub(crate) fn svg(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let side = code.size() + 2 * QUIET;
    html! {
        svg class="qr" role="img" aria-label=(label) viewBox=(format!("0 0 {side} {side}")) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path fill="#000" d=(path(&code)) {}
        }
    }
}

/// A rectangle for each run of dark modules in a row.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            if length > 0 {
                // Writing to a string does not fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += i32::try_from(length).unwrap_or(1).max(1);
        }
    }
    path
}

/// The code of `text` for a terminal with light text on a dark ground: two rows of modules in each line, light modules
/// drawn.
pub(crate) fn half_blocks(text: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Low) else { return String::new() };
    let end = code.size() + QUIET;
    let mut drawn = String::new();
    for y in (-QUIET..end).step_by(2) {
        for x in -QUIET..end {
            let upper = !code.get_module(x, y);
            let lower = y + 1 < end && !code.get_module(x, y + 1);
            drawn.push(match (upper, lower) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        drawn.push('\n');
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "ethereum:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913@8453/transfer?address=0x99ec1088d1e62e468599c21ee677b8e49a5b4cec&uint256=115792089237316195423570985008687907853269984665640564039457584007913129639935";

    /// Reads a code from modules that are dark where `dark` is true.
    fn read(side: usize, dark: impl Fn(usize, usize) -> bool) -> String {
        const SCALE: usize = 4;
        let shade = |x: usize, y: usize| if dark(x / SCALE, y / SCALE) { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, shade);
        image.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn the_svg_is_read_as_what_it_says() {
        let svg = svg(URI, "label").into_string();
        let number = |text: &str| text.parse::<usize>().unwrap();
        let side = number(svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap());
        let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut dark = vec![vec![false; side]; side];
        for run in path.split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let length = number(rest.split('v').next().unwrap());
            dark[number(y)][number(x)..number(x) + length].fill(true);
        }
        assert_eq!(read(side, |x, y| dark[y][x]), URI);
        let quiet = 4;
        assert!(dark[..quiet].iter().flatten().all(|dark| !dark));
        assert!(dark.iter().all(|row| row[..quiet].iter().chain(&row[side - quiet..]).all(|dark| !dark)));
    }

    #[test]
    fn the_half_blocks_are_read_as_what_they_say() {
        let drawn = half_blocks(URI);
        let lines: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
        let side = lines[0].len();
        let light = |x: usize, y: usize| match (lines[y / 2][x], y % 2) {
            ('█', _) | ('▀', 0) | ('▄', 1) => true,
            (_, odd) => odd == 1 && y == side,
        };
        assert_eq!(read(side, |x, y| !light(x, y)), URI);
    }
}
