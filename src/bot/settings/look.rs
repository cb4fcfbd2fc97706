//! How the chat looks on a website: colour, picture and place.
use crate::bot::yaml::{Node, Reader, field};
use std::fmt::Write;

/// `look:` of `bot.yaml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// `#rrggbb`, checked for contrast.
    pub accent: Option<String>,
    /// The address of a picture of the bot, `https:` or a path on the bot's own server.
    pub picture: Option<String>,
    /// The button stands at the end of a line (on the right, where people write from left to right) or at its start.
    pub at_the_start: bool,
    /// How far the button stands above its corner, in pixels.
    pub lift: u16,
    /// What the button is called by screen readers.
    pub label: Option<String>,
}

const KNOWN: &[&str] = &["accent", "picture", "side", "lift", "label"];
const HIGHEST: u16 = 400;

pub fn read(reader: &mut Reader, node: &Node) -> Look {
    let fields = reader.map(node, "`look`");
    reader.only(fields, KNOWN, "`look`");
    let mut look = Look::default();
    let mut text = |name: &str| field(fields, name).and_then(|n| Some((reader.text(n)?, n.span)));
    let (accent, picture) = (text("accent"), text("picture"));
    let (side, lift, label) = (text("side"), text("lift"), text("label"));
    if let Some((text, span)) = accent {
        match contrast_with_paper(&text) {
            None => {
                reader.wrong(
                    span,
                    format!("`{text}` is not a colour"),
                    "Write six digits after a `#`, in quotes: `\"#0f6e66\"`.",
                );
            }
            Some(best) if best < 4.5 => {
                reader.wrong(
                    span,
                    format!("Words on `{text}` would be hard to read"),
                    "Choose a darker or a lighter colour.",
                );
            }
            Some(_) => look.accent = Some(text.to_lowercase()),
        }
    }
    if let Some((text, span)) = picture {
        let own = text.starts_with('/') && !text.starts_with("//");
        if own || url::Url::parse(&text).is_ok_and(|u| u.scheme() == "https") {
            look.picture = Some(text);
        } else {
            reader.wrong(
                span,
                format!("`{text}` is not the address of a picture"),
                "Write an address that begins with `https://`.",
            );
        }
    }
    if let Some((text, span)) = side {
        match text.to_lowercase().as_str() {
            "left" => look.at_the_start = true,
            "right" => {}
            _ => reader.wrong(span, format!("`{text}` is no side"), "Write `left` or `right`."),
        }
    }
    if let Some((text, span)) = lift {
        match text.parse() {
            Ok(lift) if lift <= HIGHEST => look.lift = lift,
            _ => reader.wrong(
                span,
                format!("The button cannot be lifted by `{text}`"),
                "Write a number of pixels from 0 to 400.",
            ),
        }
    }
    look.label = label.map(|(text, _)| text);
    look
}

/// What is drawn in the brand's colour, for one background.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shade {
    /// Words and lines on the background.
    pub text: Colour,
    /// Areas with hardly any colour.
    pub soft: Colour,
    /// Filled areas, and what is written on them.
    pub fill: Colour,
    pub ink: Colour,
}

pub type Colour = [u8; 3];

const LIGHT: (Colour, f64) = ([255, 255, 255], 4.6);
const DARK: (Colour, f64) = ([27, 30, 35], 6.2);
/// What a filled area needs to stand out; the words on it have an ink of their own.
const VISIBLE: f64 = 1.9;
const NEARLY_BLACK: Colour = [12, 20, 24];
const WHITE: Colour = [255, 255, 255];

/// The brand's colour, made readable on a light and on a dark background.
pub fn shades(accent: &str) -> Option<[Shade; 2]> {
    let brand = rgb(accent)?;
    Some([shade(brand, LIGHT, 0, 0.12), shade(brand, DARK, 255, 0.2)])
}

fn shade(brand: Colour, (surface, readable): (Colour, f64), towards: u8, softness: f64) -> Shade {
    let text = shifted(brand, surface, towards, readable);
    let fill = shifted(brand, surface, towards, VISIBLE);
    let white = contrast(fill, WHITE) >= contrast(fill, NEARLY_BLACK);
    Shade { text, soft: mixed(surface, text, softness), fill, ink: if white { WHITE } else { NEARLY_BLACK } }
}

/// `colour`, moved towards white or black until it has enough contrast on `surface`.
fn shifted(colour: Colour, surface: Colour, towards: u8, enough: f64) -> Colour {
    let tried = (0..20_u8).map(|step| mixed(colour, [towards; 3], f64::from(step) / 20.0));
    tried.into_iter().find(|c| contrast(*c, surface) >= enough).unwrap_or([towards; 3])
}

fn mixed(a: Colour, b: Colour, part: f64) -> Colour {
    let one = |i: usize| {
        let (a, b) = (f64::from(a[i]), f64::from(b[i]));
        // Between two numbers of a byte there are only numbers of a byte.
        (a + (b - a) * part).round() as u8
    };
    [one(0), one(1), one(2)]
}

/// `#1f5f8b`.
pub fn hex([r, g, b]: Colour) -> String {
    let mut text = String::from("#");
    for part in [r, g, b] {
        let _ = write!(text, "{part:02x}");
    }
    text
}

fn rgb(colour: &str) -> Option<Colour> {
    let digits = colour.strip_prefix('#').filter(|d| d.len() == 6)?;
    let [_, r, g, b] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([r, g, b])
}

/// The better one of its contrasts with white and with black.
fn contrast_with_paper(colour: &str) -> Option<f64> {
    let colour = rgb(colour)?;
    Some(contrast(colour, WHITE).max(contrast(colour, [0; 3])))
}

/// Contrast as WCAG 2 counts it.
fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: Colour) -> f64 {
    let [r, g, b] = colour.map(|part| {
        let c = f64::from(part) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_brand_is_readable_on_both_backgrounds() {
        for brand in ["#1f5f8b", "#ffde00", "#000000", "#ffffff", "#e4002b", "#00c08b", "#7f7f7f"] {
            let Some([light, dark]) = shades(brand) else { panic!("{brand} is a colour") };
            for (shade, (surface, readable)) in [(light, LIGHT), (dark, DARK)] {
                assert!(contrast(shade.text, surface) >= readable, "{brand}: {shade:?}");
                assert!(contrast(shade.ink, shade.fill) >= 4.5, "{brand}: {shade:?}");
                assert!(contrast(shade.text, shade.soft) >= 3.0, "{brand}: {shade:?}");
            }
        }
    }
}
