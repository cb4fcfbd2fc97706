/** Replies that are written once: found by a slash and a few letters, filled in with what is known. */
import { html } from "../vendor/htm-3.1.1/preact/standalone.module.js";

const MOST = 6;

/** Those that fit what is typed, while that is nothing but a slash and letters; null otherwise. */
export function fitting(text, replies = []) {
  const typed = /^\/([\p{L}\p{N}_-]*)$/u.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined || !replies.length) return null;
  const found = replies.filter((r) => r.name.includes(typed) || (typed.length > 2 && r.text.toLowerCase().includes(typed)));
  return found.sort((a, b) => b.name.startsWith(typed) - a.name.startsWith(typed)).slice(0, MOST);
}

/** `{name}`, `{agent}` and what the bot knows; what is not known stays as it is, to be seen. */
export function filled(text, { row, view, me }) {
  const visitor = /^Visitor /.test(row?.name ?? "");
  const known = { name: visitor ? null : row?.name?.split(/\s+/)[0], agent: me?.name?.split(/\s+/)[0] };
  for (const detail of [...(view?.slots ?? []), ...(view?.customer ?? [])]) known[detail.name] ??= typeof detail.value === "object" ? null : String(detail.value);
  return text.replace(/\{\s*([\p{L}\p{N}_.]+)\s*\}/gu, (whole, name) => known[name] ?? whole);
}

/** The first name in braces that is still to be filled in. */
export const unfilled = (text) => /\{\s*[\p{L}\p{N}_.]+\s*\}/u.exec(text)?.[0];

export const Menu = ({ found, at, onPick, sign = "/" }) => html`<ul id="canned" class="canned" role="listbox" aria-label=${sign === "/" ? "Replies" : "Colleagues"}>
  ${found.map((r, i) => html`<li key=${r.name} id=${`canned-${i}`} role="option" aria-selected=${i === at} data-test="canned" onMouseDown=${(e) => (e.preventDefault(), onPick(r))}><b>${sign}${r.name}</b><span>${r.text}</span></li>`)}
  ${!found.length && html`<li class="none" role="option" aria-disabled="true" aria-selected="false">No reply of that name.</li>`}
</ul>`;
