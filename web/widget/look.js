/** The brand's accent, made readable on this page's background, light or dark. Set through the CSSOM: the page's policy allows no inline style. */

const READABLE = { light: 4.6, dark: 6.2 };
/** What a filled area needs to stand out; the text in it has an ink of its own. */
const VISIBLE = 1.9;
const SURFACE = { light: [255, 255, 255], dark: [27, 30, 35] };

/** Applies `accent` (`#rrggbb`, or nothing for ours). Returns the colours in use, for the launcher. */
export function look(accent) {
  const root = document.documentElement.style;
  const brand = rgb(accent);
  if (brand) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const surface = dark ? SURFACE.dark : SURFACE.light;
    const towards = dark ? 255 : 0;
    const text = shift(brand, surface, towards, dark ? READABLE.dark : READABLE.light);
    const fill = shift(brand, surface, towards, VISIBLE);
    const white = contrast(fill, [255, 255, 255]) >= contrast(fill, [12, 20, 24]);
    root.setProperty("--accent", css(text));
    root.setProperty("--accent-soft", css(mix(surface, text, dark ? 0.2 : 0.12)));
    root.setProperty("--brand", css(fill));
    root.setProperty("--brand-ink", white ? "#fff" : "#0c1418");
  }
  const now = getComputedStyle(document.body);
  return { accent: now.getPropertyValue("--fill"), ink: now.getPropertyValue("--fill-ink") };
}

/** `colour`, moved towards white (255) or black (0) until it has `enough` contrast on `surface`. */
function shift(colour, surface, towards, enough) {
  for (let part = 0; part < 1; part += 0.05) {
    const tried = mix(colour, [towards, towards, towards], part);
    if (contrast(tried, surface) >= enough) return tried;
  }
  return [towards, towards, towards];
}

function rgb(hex) {
  const found = /^#([0-9a-f]{6})$/i.exec(hex ?? "");
  return found && [16, 8, 0].map((bits) => (parseInt(found[1], 16) >> bits) & 255);
}

const css = (colour) => `rgb(${colour.map(Math.round).join(" ")})`;
const mix = (a, b, part) => a.map((x, i) => x + (b[i] - x) * part);

/** Contrast as WCAG 2 counts it. */
function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [r, g, b] = colour.map((x) => (x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
