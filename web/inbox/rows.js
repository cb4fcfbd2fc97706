/** The left pane: the queue in its views. */
import { html } from "../vendor/htm-3.1.1/preact/standalone.module.js";
import { Chip, Empty, Face, Icon, Mood } from "./parts.js";
import { Offers } from "./offers.js";
import { VIEWS } from "./store.js";
import { ago, at, when } from "./words.js";

const NAMES = { waiting: "Waiting", mine: "Mine", later: "Later", team: "Team", bot: "Bot", resolved: "Solved", late: "Overdue" };
const COUNTED = ["waiting", "mine", "later", "team", "late"];
const NOTHING = {
  waiting: ["leaf", "Nobody is waiting", "When a customer needs a person, the chat appears here at once."],
  mine: ["inbox", "No chats of yours", "Take one from Waiting and it stays here until you hand it back or resolve it."],
  later: ["cup", "Nothing is put off", "Press z in a chat of yours, and it comes back when you said, or when the customer writes."],
  team: ["people", "Colleagues are free", "Chats that colleagues have taken show here."],
  bot: ["bot", "The bot has no open chats", "You can read along here, and step in where you want to."],
  resolved: ["check", "Nothing solved yet", "Solved chats are kept here."],
  late: ["leaf", "Nothing is overdue", "Chats whose first reply, solution or promise is late show here. A lead can take them over."],
};

export function Queue({ store, onSearch, onMentions }) {
  const rows = store.rows();
  const waiting = store.rows("waiting");
  const longest = Math.min(...waiting.map((r) => r.since));
  return html`<section class="queue" aria-label="Chats">
    <header>
      <h1>Inbox</h1>
      <span class="muted">${waiting.length ? `${waiting.length} waiting · longest ${ago(longest)}` : "nobody waits"}</span>
      <span class="grow"></span>${store.mentions.length > 0 && html`<button type="button" class="icon badge" aria-label=${`${store.mentions.length} notes name you`} title="Notes that name you (m)" data-test="mentions" onClick=${onMentions}>@<b>${store.mentions.length}</b></button>`}<button type="button" class="icon" aria-label="Search" title="Search all chats (/)" data-test="search-open" onClick=${onSearch}><${Icon} name="search" /></button>
    </header>
    <${Offers} store=${store} />
    <div class="tabs" role="group" aria-label="Views">${tabs(store).map((view) => html`<${Tab} key=${view} store=${store} view=${view} />`)}</div>
    <div class="rows" role="group" aria-label=${NAMES[store.view]}>
      ${rows.map((row) => html`<${Row} key=${row.session} store=${store} row=${row} />`)}
      ${!rows.length && (store.me ? html`<${Nothing} view=${store.view} />` : html`<${Loading} />`)}
    </div>
  </section>`;
}

/** What is overdue stands first, while there is any. */
function tabs(store) {
  const others = VIEWS.filter((view) => view !== "late");
  return store.view === "late" || store.rows("late").length > 0 ? ["late", ...others] : others;
}

function Tab({ store, view }) {
  const count = COUNTED.includes(view) ? store.rows(view).length : 0;
  const on = store.view === view;
  return html`<button type="button" aria-pressed=${on} class=${on ? "on" : ""} data-test=${`view-${view}`} onClick=${() => store.show(view)}>
    ${NAMES[view]}${count > 0 && html`${" "}<span class=${view === "waiting" || view === "late" ? "count hot" : "count"}>${count}</span>`}
  </button>`;
}

function Row({ store, row }) {
  const open = store.open?.session === row.session;
  const at = store.cursor === row.session;
  const unread = store.unread(row) && !open;
  return html`<button
    type="button"
    aria-current=${open ? "true" : null}
    class=${`row ${open ? "on" : ""} ${at ? "at" : ""} ${unread ? "unread" : ""}`}
    data-test="row"
    data-session=${row.session}
    data-state=${row.state}
    onFocus=${() => store.point(row.session)}
    onClick=${() => store.openChat(row.session)}
  >
    <${Face} row=${row} />
    <strong>${row.name}</strong>
    <span class="side"><${Side} row=${row} view=${store.view} /></span>
    <p>${row.last || "Has not written yet"}</p>
    ${unread && html`<i class="dot" aria-label="unread"></i>`}
  </button>`;
}

const LATE = { first_reply: "no reply yet", solved: "overdue", promise: "promise late" };

function Side({ row, view }) {
  const loud = row.priority === "urgent" || row.priority === "high";
  if (view === "later") return html`<${Chip}>${when(row.ticket.until)}<//>`;
  if (row.late?.length) return html`<${Chip} tone="bad">${LATE[row.late[0]]}<//>`;
  const late = row.reply_by && row.reply_by < Date.now();
  if (row.reply_by && view !== "resolved") return html`<${Chip} tone=${late ? "bad" : "warm"} title="When the first reply is due">${late ? `late, ${at(row.reply_by)}` : `by ${at(row.reply_by)}`}<//>`;
  return html`${row.mood && row.mood !== "neutral" ? html`<${Mood} mood=${row.mood} />` : loud && view === "waiting" ? html`<${Chip} tone="warm">${row.priority}<//>` : null}
    ${view === "team" && row.agent && html`<${Chip}>${row.agent.name}<//>`}
    <span class="muted">${ago(view === "waiting" ? row.since : row.updated)}</span>`;
}

const Nothing = ({ view }) => html`<${Empty} icon=${NOTHING[view][0]} title=${NOTHING[view][1]}>${NOTHING[view][2]}<//>`;

const Loading = () => [1, 2, 3].map((n) => html`<div class="row ghost" key=${n} aria-hidden="true"><span class="face"></span><strong></strong><p></p></div>`);

export function Rail({ store, sound, onSound, onHelp, csrf }) {
  const leads = ["owner", "lead"].includes(store.me?.role);
  return html`<nav class="rail" aria-label="Pages">
    <a class="logo" href="/" aria-label="rapport"><${Icon} name="logo" /></a>
    <a class="on" href="/inbox" aria-current="page" aria-label="Inbox"><${Icon} name="inbox" /></a>
    <a href="/inbox/contacts" aria-label="Customers" title="Customers"><${Icon} name="contacts" /></a>
    ${leads && html`<a href="/insights" aria-label="Insights" title="Insights"><${Icon} name="insights" /></a>`}
    ${leads && html`<a href="/people" aria-label="People" title="People"><${Icon} name="people" /></a>`}
    <a href="/docs" aria-label="Documentation"><${Icon} name="book" /></a>
    <span class="grow"></span>
    <a href="/me" aria-label="Your account" title="Your account"><${Icon} name="person" /></a>
    ${store.answers && html`<button type="button" aria-pressed=${store.away} data-test="away" aria-label="Away" title=${store.away ? "You are away (w)" : "Take a break (w)"} onClick=${() => store.setAway(!store.away)}><${Icon} name=${store.away ? "cup" : "here"} /></button>`}
    <button type="button" aria-pressed=${sound} aria-label="Sound" title=${sound ? "Sound is on" : "Sound is off"} onClick=${onSound}><${Icon} name=${sound ? "bell" : "bell-off"} /></button>
    <button type="button" aria-label="Keys" title="Keys (?)" onClick=${onHelp}><${Icon} name="keys" /></button>
    <form method="post" action="/logout"><input type="hidden" name="csrf" value=${csrf} /><button aria-label=${`Log out ${store.me?.name ?? ""}`} title="Log out"><${Icon} name="out" /></button></form>
  </nav>`;
}
