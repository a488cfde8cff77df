//! The merchant's colour and mode.

use shared::terms::{Display, Mode};

/// The rule that sets the merchant's colour, and the colour of text on it, by which of black and white has the higher
/// contrast: at least 4.58 to 1 on any colour, above what WCAG AA asks for. `None` without a colour.
pub(crate) fn style(display: Option<&Display>) -> Option<String> {
    let color = display?.theme.as_ref()?.color.as_deref()?;
    let [red, green, blue] = channels(color)?;
    let text = if luminance([red, green, blue]) > 0.179 { "#000" } else { "#fff" };
    // Written from numbers, so that nothing else gets into the style.
    Some(format!(":root,:host{{--accent:#{red:02x}{green:02x}{blue:02x};--on-accent:{text}}}"))
}

/// `light` or `dark`, if the merchant wants one.
pub(crate) fn mode(display: Option<&Display>) -> Option<&'static str> {
    match display?.theme.as_ref()?.mode? {
        Mode::Auto => None,
        Mode::Light => Some("light"),
        Mode::Dark => Some("dark"),
    }
}

fn channels(color: &str) -> Option<[u8; 3]> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// The relative luminance of WCAG.
fn luminance(channels: [u8; 3]) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = channels.map(linear);
    0.0722_f64.mul_add(blue, 0.2126_f64.mul_add(red, 0.7152 * green))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::terms::Theme;

    use super::*;

    fn styled(color: &str) -> Option<String> {
        let theme = Theme { color: Some(color.to_owned()), mode: None };
        style(Some(&Display { theme: Some(theme), ..Display::default() }))
    }

    proptest! {
        #[test]
        fn text_is_readable_on_every_colour(red: u8, green: u8, blue: u8) {
            let style = styled(&format!("#{red:02x}{green:02x}{blue:02x}")).unwrap();
            let ground = luminance([red, green, blue]);
            let ratio = if style.contains("--on-accent:#fff}") { 1.05 / (ground + 0.05) } else { (ground + 0.05) / 0.05 };
            prop_assert!(ratio >= 4.5, "{style} {ratio}");
        }
    }

    #[test]
    fn nothing_but_a_colour_becomes_a_style() {
        assert_eq!(styled("#00AAff").unwrap(), ":root,:host{--accent:#00aaff;--on-accent:#000}");
        for bad in ["red", "#fff", "#00aaff}*{}", "#é0aaf", "#+10000"] {
            assert!(
                styled(bad).is_none_or(|style| style.starts_with(":root,:host{--accent:#010000")),
                "{bad}"
            );
        }
        assert_eq!(style(None), None);
    }
}
