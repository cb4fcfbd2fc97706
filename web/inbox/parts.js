/** Small pieces that all panes use. */
import { html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { initials, moodChip } from "./words.js";

export const Icon = ({ name }) => html`<svg class="ic" aria-hidden="true"><use href=${`#i-${name}`} /></svg>`;

export const Face = ({ row, size = "" }) => {
  const tone = row.state === "waiting" ? "warm" : row.state === "agent" ? "accent" : "";
  return html`<span class=${`face ${tone} ${size}`} aria-hidden="true">${initials(row.name)}</span>`;
};

export const Chip = ({ tone = "", children, ...rest }) => html`<span class=${`chip ${tone}`} ...${rest}>${children}</span>`;

export const Mood = ({ mood }) => mood && html`<${Chip} tone=${moodChip(mood)}>${mood}<//>`;

export const Key = ({ children }) => html`<kbd aria-hidden="true">${children}</kbd>`;

export const Empty = ({ icon, title, children }) => html`<div class="empty"><span class="empty-art"><${Icon} name=${icon} /></span><h2>${title}</h2><p>${children}</p></div>`;
