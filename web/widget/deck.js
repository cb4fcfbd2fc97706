/** Cards side by side; the row scrolls where they do not fit, with the keys and with two buttons too. Fetched with the first cards. */
import { link, markdown } from "../shared/md.js";
import { act, icon, make, t } from "./parts.js";

export function deck(cards) {
  const row = make("div", "deck", ...cards.map(card));
  row.role = "group";
  row.ariaLabel = cards.length > 1 ? t("{} cards", cards.length) : cards[0].title;
  row.tabIndex = 0;
  if (cards.length < 2) return row;
  const ltr = () => (getComputedStyle(row).direction === "rtl" ? -1 : 1);
  const by = (way) => row.scrollBy({ left: way * ltr() * row.clientWidth * 0.8, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  const back = act(icon("M15 6l-6 6 6 6"), () => by(-1));
  const on = act(icon("M9 6l6 6-6 6"), () => by(1));
  back.ariaLabel = t("Earlier cards");
  on.ariaLabel = t("More cards");
  // A key's own small step would snap back to the card that it left.
  row.onkeydown = (event) => {
    const way = { ArrowRight: ltr(), ArrowLeft: -ltr() }[event.key];
    if (!way) return;
    event.preventDefault();
    by(way);
  };
  const ends = () => {
    const at = Math.abs(row.scrollLeft);
    back.hidden = at < 8;
    on.hidden = at + row.clientWidth > row.scrollWidth - 8;
  };
  row.addEventListener("scroll", ends, { passive: true });
  new ResizeObserver(ends).observe(row);
  return make("div", "carousel", row, back, on);
}

function card({ title, text, picture, links = [] }) {
  const el = make("article", "card");
  if (picture) {
    const img = el.appendChild(make("img"));
    img.alt = "";
    img.referrerPolicy = "no-referrer";
    img.onerror = () => img.remove();
    img.src = picture;
  }
  el.append(make("strong", "", title));
  if (text) el.append(markdown(text));
  el.append(...links.map(({ label, url }) => link(label, url)).filter(Boolean));
  el.dir = "auto";
  return el;
}
