/** The right pane: why the chat came here, and all that is known, in one glance. */
import { html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Chip, Icon, Mood } from "./parts.js";
import { MOODS, due } from "./words.js";

const FELT = 0.15;

export function Panel({ store, onClose }) {
  const view = store.open?.view;
  if (!store.open) return null;
  return html`<aside class="panel" data-test="panel" aria-label="About this chat">
    <button type="button" class="icon shut" aria-label="Close details" onClick=${onClose}><${Icon} name="close" /></button>
    ${view ? html`<${About} store=${store} view=${view} row=${store.row} contact=${store.open.contact} />` : null}
  </aside>`;
}

const STANDINGS = { open: ["Open", "accent"], waiting_for_customer: ["Waiting for the customer", ""], snoozed: ["Put off", "warm"], solved: ["Solved", "good"] };

/** The reference that the customer can quote, and where the matter stands. */
function Ticket({ ticket }) {
  if (!ticket) return null;
  const [words, tone] = STANDINGS[ticket.standing] ?? [ticket.standing, ""];
  return html`<section data-test="ticket"><h2>Ticket</h2><dl class="facts">
    <div><dt>Reference</dt><dd><code>${ticket.reference}</code></dd></div>
    <div><dt>Stands</dt><dd><${Chip} tone=${tone}>${words}<//></dd></div>
    ${ticket.until && html`<div><dt>Until</dt><dd>${due(ticket.until)}</dd></div>`}
    ${ticket.reopened > 0 && html`<div><dt>Opened again</dt><dd>${ticket.reopened === 1 ? "once" : `${ticket.reopened} times`}</dd></div>`}
  </dl></section>`;
}

/** Kept of a customer, and no detail that one reads. */
const NO_FACTS = ["id", "consent"];

/** What colleagues know of a customer who was signed in, beyond this chat. */
function Known({ contact }) {
  if (!contact) return null;
  return html`<section class="known" data-test="contact">
    ${contact.tags.length > 0 && html`<div class="chips">${contact.tags.map((t) => html`<${Chip} key=${t}>${t}<//>`)}</div>`}
    ${contact.notes.map((n) => html`<blockquote key=${n.at}><p dir="auto">${n.text}</p><small class="muted">${n.name} · ${due(n.at)}</small></blockquote>`)}
    <a class="page" href=${`/inbox/contacts/${contact.id}`}>${contact.chats > 1 ? `All ${contact.chats} chats and details` : "Details, tags and notes"}</a>
  </section>`;
}

function About({ store, view, row, contact }) {
  const page = view.page && /^https?:/.test(view.page) ? view.page : null;
  return html`
    <${Why} view=${view} row=${row} />
    <${Ticket} ticket=${row.ticket} />
    ${view.promises?.length > 0 && html`<section><h2>Promises</h2>${view.promises.map((p) => html`<${Promised} key=${p.name} promise=${p} onKept=${store.answers && (() => store.kept(p.name))} />`)}</section>`}
    <${Facts} title="Details the bot knows" facts=${view.slots} />
    <${Facts} title="Customer" facts=${view.customer.filter((f) => !NO_FACTS.includes(f.name))} />
    <${Known} contact=${contact} />
    <${Felt} scale=${view.mood_scale} />
    ${view.tags?.length > 0 && html`<section><h2>Tags</h2><div class="chips">${view.tags.map((t) => html`<${Chip} key=${t}>${t}<//>`)}</div></section>`}
    ${view.page && html`<section><h2>Page</h2>${page ? html`<a class="page" href=${page} target="_blank" rel="noopener noreferrer">${page.replace(/^https?:\/\//, "")}</a>` : html`<span class="page">${view.page}</span>`}</section>`}
  `;
}

function Why({ view, row }) {
  const lines = [
    ["Why you", view.why],
    ["Wants", view.summary && view.summary !== view.why ? view.summary : null],
    ["Topic", view.topic],
    ["Bot tried", view.tried?.length ? html`<ol>${view.tried.map((t, i) => html`<li key=${i}>${t}</li>`)}</ol>` : null],
    ["Mood", row.mood && row.mood !== "neutral" ? html`<${Mood} mood=${row.mood} />` : null],
  ].filter(([, what]) => what);
  if (!lines.length) return html`<section class="why"><p class="muted">${row.state === "bot" ? "The bot has this chat. Nobody was asked for." : "Nothing was written down about why."}</p></section>`;
  return html`<section class="why"><dl>${lines.map(([name, what]) => html`<div key=${name}><dt>${name}</dt><dd>${what}</dd></div>`)}</dl></section>`;
}

function Facts({ title, facts }) {
  if (!facts?.length) return null;
  return html`<section><h2>${title}</h2><dl class="facts">${facts.map((f) => html`<div key=${f.name}><dt>${f.label ?? f.name}</dt><dd>${String(f.value)}</dd></div>`)}</dl></section>`;
}

/** What was promised; whoever may answer says that it is kept. */
function Promised({ promise, onKept }) {
  const tone = { open: "accent", late: "bad", kept: "good" }[promise.state] ?? "";
  return html`<div class=${`promise ${promise.state}`}>
    <strong>${promise.words}</strong><span class="muted">by ${promise.owner} · due ${due(promise.due)}</span><${Chip} tone=${tone}>${promise.state}<//>
    ${promise.state !== "kept" && onKept && html`<button type="button" class="button" onClick=${onKept}>It is kept</button>`}
  </div>`;
}

function Felt({ scale }) {
  const felt = Object.entries(MOODS).filter(([name]) => (scale?.[name] ?? 0) >= FELT);
  if (!felt.length) return null;
  return html`<section><h2>Mood</h2><dl class="felt">${felt.map(([name, label]) => {
    const part = Math.min(1, scale[name]);
    return html`<div key=${name}><dt>${label}</dt><dd><span class=${`meter ${name}`} role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="1" aria-valuenow=${part.toFixed(2)}><i style=${{ width: `${Math.round(part * 100)}%` }}></i></span></dd></div>`;
  })}</dl></section>`;
}
