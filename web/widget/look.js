/** The brand's accent, made readable on this page's background, light or dark. Set through the CSSOM: the page's policy allows no inline style. */

const READABLE = 4.6;
const SURFACE = { light: [255, 255, 255], dark: [27, 30, 35] };

/** Applies `accent` (`#rrggbb`, or nothing for ours). Returns the colours in use, for the launcher. */
export function look(accent) {
  const root = document.documentElement.style;
  const brand = rgb(accent);
  if (brand) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const surface = dark ? SURFACE.dark : SURFACE.light;
    const fill = readable(brand, surface, dark ? 255 : 0);
    root.setProperty("--accent", css(fill));
    root.setProperty("--accent-ink", contrast(fill, [255, 255, 255]) >= READABLE ? "#fff" : "#0c1418");
    root.setProperty("--accent-soft", css(mix(surface, fill, dark ? 0.2 : 0.12)));
  }
  const now = getComputedStyle(document.documentElement);
  return { accent: now.getPropertyValue("--accent"), ink: now.getPropertyValue("--accent-ink") };
}

/** `colour`, moved towards white or black until text in it can be read on `surface`. */
function readable(colour, surface, towards) {
  for (let part = 0; part < 1; part += 0.05) {
    const tried = mix(colour, [towards, towards, towards], part);
    if (contrast(tried, surface) >= READABLE) return tried;
  }
  return [towards, towards, towards];
}

function rgb(hex) {
  const found = /^#([0-9a-f]{6})$/i.exec(hex ?? "");
  return found && [16, 8, 0].map((shift) => (parseInt(found[1], 16) >> shift) & 255);
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
