/** What the inbox knows and its line to the server: the queue, the chat that is open, what is said about it. Pages draw it; they change nothing themselves. */
import { Line, socket, socketUrl } from "../shared/line.js";
import { Outgoing } from "./outgoing.js";
import { when } from "./words.js";

export const VIEWS = ["waiting", "mine", "later", "team", "bot", "resolved", "late"];
const PRIORITIES = ["urgent", "high", "normal", "low"];
const TYPING_LASTS = 6_000;
const TOAST_LASTS = 7_000;
const TRIES_BEFORE_DOUBT = 3;

export class Store {
  state = "connecting";
  me = null;
  view = "waiting";
  cursor = null;
  /** The chat on the page: `{session, view, items, upto, typing}`. */
  open = null;
  toasts = [];
  /** What the desk offers to this agent: `{session, until}`, the oldest first. */
  offers = [];
  /** Colleagues who are here: `{id, name, takes}`. */
  people = [];
  bots = [];
  /** Everybody who can be named in a note: `{id, name}`. */
  staff = [];
  /** Notes that name this agent and are not read: `{session, seq, at, by, text, chat}`. */
  mentions = [];
  /** Replies for all, by bot: `{name, text}`. */
  canned = {};
  signedOut = false;
  /** What has been loaded of the views that are not sent by themselves. */
  loaded = new Set();
  #rows = new Map();
  #looked = new Map();
  #changed;
  #called;
  #csrf;
  #failed = 0;
  #line;

  /** `changed()` draws; `called(row)` is heard when a customer needs a person or writes to this agent. */
  constructor({ csrf, changed, called }) {
    this.#csrf = csrf;
    this.#changed = changed;
    this.#called = called;
    this.out = new Outgoing((frame) => this.#line.send(frame), changed);
    this.#line = new Line([socket(socketUrl("/v1/inbox/socket"))], {
      hello: () => ({ t: "hello", csrf: this.#csrf }),
      frame: (frame) => this.#take(frame),
      state: (state) => this.#stateIs(state),
    });
  }

  start() {
    this.#line.start();
    document.addEventListener("visibilitychange", () => this.#read());
  }

  // What the page asks

  rows(view = this.view) {
    const mine = (r) => r.agent?.id === this.me?.id;
    const later = (r) => r.ticket?.standing === "snoozed";
    const belongs = { waiting: (r) => r.state === "waiting", mine: (r) => r.state === "agent" && mine(r) && !later(r), later: (r) => r.state === "agent" && mine(r) && later(r), team: (r) => r.state === "agent" && !mine(r), late: (r) => r.late?.length > 0 && r.state !== "resolved" }[view] ?? ((r) => r.state === view);
    const rank = (r) => Math.max(0, PRIORITIES.indexOf(r.priority ?? "normal"));
    const order = view === "later" ? (a, b) => a.ticket.until - b.ticket.until : view === "waiting" ? (a, b) => rank(a) - rank(b) || a.since - b.since : (a, b) => b.updated - a.updated;
    return [...this.#rows.values()].filter(belongs).sort(order);
  }

  /** The open chat's row, from the queue or from its panel. */
  get row() {
    return this.open && (this.#rows.get(this.open.session) ?? this.open.view);
  }

  everyRow() {
    return [...this.#rows.values()];
  }

  rowOf(session) {
    return this.#rows.get(session);
  }

  /** The bot of the open chat, with its teams and flows. */
  get bot() {
    return this.bots.find((b) => b.id === this.row?.bot);
  }

  get away() {
    return this.people.some((p) => p.id === this.me?.id && !p.takes);
  }

  /** Whether this role answers customers; others read along. */
  get answers() {
    return this.me?.answers ?? false;
  }

  /** Whether this role looks after the others. */
  get leads() {
    return ["owner", "lead"].includes(this.me?.role);
  }

  /** A lead may take a chat from a colleague. */
  get mayTakeOver() {
    return this.leads && this.row?.state === "agent" && !this.isMine;
  }

  get isMine() {
    return this.row?.state === "agent" && this.row.agent?.id === this.me?.id;
  }

  unread(row) {
    return row.agent?.id === this.me?.id && row.state === "agent" && row.updated > (this.#looked.get(row.session) ?? 0);
  }

  // What the page does

  show(view) {
    this.view = view;
    this.cursor = this.rows()[0]?.session ?? null;
    this.#list();
    this.#changed();
  }

  move(by) {
    const rows = this.rows();
    const at = rows.findIndex((r) => r.session === this.cursor);
    this.cursor = rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.session ?? null;
    this.#changed();
  }

  point(session) {
    if (this.cursor === session) return;
    this.cursor = session;
    this.#changed();
  }

  /** `seq` is the message to be shown, where it shall not be the latest. */
  openChat(session, seq = null) {
    if (!session) return;
    this.goal = seq;
    this.cursor = session;
    if (this.open?.session !== session) {
      this.closeChat();
      this.open = { session, view: null, items: [], upto: 0, typing: null, looking: [] };
      this.#line.send({ t: "open", session, after: 0 });
    }
    this.#look(session);
    this.#changed();
  }

  closeChat() {
    if (!this.open) return;
    this.#line.send({ t: "close", session: this.open.session });
    this.open = null;
    this.#changed();
  }

  accept(session) {
    this.openChat(session);
    this.act("take");
  }

  pass(session) {
    this.#line.send({ t: "pass", session });
    this.offers = this.offers.filter((o) => o.session !== session);
    this.#changed();
  }

  async snooze(until) {
    const { row } = this;
    if (!row) return;
    const { ok, message } = await this.out.act({ t: "snooze", session: row.session, until });
    this.toast(ok ? `${row.name} is put off until ${when(until)}.` : message, ok ? "good" : "bad");
    if (ok) this.closeChat();
  }

  async kept(promise) {
    const { ok, message } = await this.out.act({ t: "kept", session: this.open?.session, promise });
    if (!ok) this.toast(message, "bad");
  }

  async tag(tag) {
    const { ok, message } = await this.out.act({ t: "tag", session: this.open?.session, tag });
    if (!ok) this.toast(message, "bad");
  }

  /** No new chats are offered during a break. */
  setAway(on) {
    this.#line.send({ t: "away", on });
  }

  async transfer(target) {
    const { row } = this;
    if (!row) return;
    const { ok, message } = await this.out.act({ t: "transfer", session: row.session, ...target });
    const to = target.team ?? this.people.find((p) => p.id === target.to)?.name ?? "a colleague";
    this.toast(ok ? `Passed on to ${to}.` : message, ok ? "good" : "bad");
  }

  /** `take`, `hand_back` or `resolve` for the open chat; words for the agent in either case. */
  async act(t, more = {}) {
    const { row } = this;
    if (!row) return;
    const { ok, code, message } = await this.out.act({ t, session: row.session, ...more });
    if (ok && (t === "take" || t === "take_over")) this.view = "mine";
    if (ok && t === "hand_back") this.toast(`The bot goes on with ${row.name}.`);
    if (ok && t === "resolve") this.toast(`Solved. ${row.name} can write again any time.`);
    if (code === "taken") this.toast(message || "A colleague was a moment faster. You can read along.", "kind");
    else if (!ok) this.toast(message, "bad");
    this.#changed();
  }

  typing() {
    if (this.isMine) this.#line.send({ t: "typing", session: this.open.session });
  }

  toast(words, kind = "good") {
    const toast = { words, kind, key: Math.random() };
    this.toasts = [...this.toasts.slice(-2), toast];
    setTimeout(() => ((this.toasts = this.toasts.filter((t) => t !== toast)), this.#changed()), TOAST_LASTS);
    this.#changed();
  }

  // What the server says

  #stateIs(state) {
    this.state = state;
    if (state === "open") this.#failed = 0;
    else {
      this.out.lost();
      if (state === "offline" && ++this.#failed % TRIES_BEFORE_DOUBT === 1) this.#doubt();
    }
    this.#changed();
  }

  /** A socket that cannot be opened says nothing about why; a page request tells whether the login has ended. */
  async #doubt() {
    const answer = await fetch("/inbox", { redirect: "manual", cache: "no-store" }).catch(() => null);
    this.signedOut = answer?.type === "opaqueredirect" || answer?.status === 401 || answer?.status === 403;
    this.#changed();
  }

  #take(frame) {
    const act = { welcome: this.#welcome, row: this.#row, opened: this.#panel, view: this.#panel, events: this.#events, typing: this.#typing, offer: this.#offer, offer_over: this.#offerOver, people: this.#people, looking: this.#looking, late: this.#late, mentions: this.#mentions, ticket: this.#ticket, woke: this.#woke, listed: this.#listed, found: this.#settled, canned: this.#canned, done: this.#settled, refused: this.#settled, error: this.#error }[frame.t];
    act?.call(this, frame);
    this.#changed();
  }

  #welcome({ me, rows, bots = [], people = [], staff = [] }) {
    this.me = me;
    [this.bots, this.people, this.staff, this.offers] = [bots, people, staff, []];
    this.signedOut = false;
    for (const [id, row] of this.#rows) if (row.state === "waiting" || row.state === "agent") this.#rows.delete(id);
    for (const row of rows) {
      this.#rows.set(row.session, row);
      if (!this.#looked.has(row.session)) this.#looked.set(row.session, row.updated);
    }
    this.cursor ??= this.rows()[0]?.session ?? null;
    this.#list();
    if (this.open) this.#line.send({ t: "open", session: this.open.session, after: this.open.upto });
    this.out.resend();
  }

  #row({ row }) {
    const before = this.#rows.get(row.session);
    this.#rows.set(row.session, row);
    if (this.open?.session === row.session && !document.hidden) this.#look(row.session);
    const waits = row.state === "waiting" && before?.state !== "waiting";
    const wrote = row.state === "agent" && row.agent?.id === this.me?.id && before && before.last !== row.last;
    if (waits || wrote) this.#called(row);
    this.#lost(before, row);
    if (!this.cursor) this.cursor = this.rows()[0]?.session ?? null;
  }

  /** A lead has taken a chat of this agent. */
  #lost(before, row) {
    const mine = (r) => r?.state === "agent" && r.agent?.id === this.me?.id;
    if (mine(before) && row.state === "agent" && !mine(row)) this.toast(`${row.agent?.name ?? "A colleague"} has taken over ${row.name}.`, "kind");
  }

  #offer({ session, until }) {
    this.offers = [...this.offers.filter((o) => o.session !== session), { session, until }];
    this.#called(this.#rows.get(session));
  }

  #offerOver({ session, why }) {
    const offered = this.offers.some((o) => o.session === session);
    this.offers = this.offers.filter((o) => o.session !== session);
    if (offered && why === "missed") this.toast("An offer ran out. A colleague is asked now.", "kind");
  }

  #people({ people }) {
    const before = this.away;
    this.people = people;
    if (!before && this.away) this.toast("You are away: no chats are offered to you. Press w when you are back.", "kind");
  }

  #canned({ replies }) {
    this.canned = replies;
  }

  #looking({ session, who }) {
    if (this.open?.session === session) this.open.looking = who;
  }

  #ticket({ session, ticket }) {
    const row = this.#rows.get(session);
    if (row) this.#rows.set(session, { ...row, ticket });
  }

  #woke({ session }) {
    const row = this.#rows.get(session);
    if (row?.agent?.id !== this.me?.id) return;
    this.#called(row);
    this.toast(`${row.name} is back: you put this chat off until now.`, "kind");
  }

  #late({ session, team, what }) {
    const row = this.#rows.get(session);
    if (!row) return;
    this.#rows.set(session, { ...row, late: [...new Set([...(row.late ?? []), what])] });
    this.#called(row);
    const words = { first_reply: `has waited longer for ${team} than was promised`, solved: `waits longer for a solution by ${team} than was promised`, promise: "was promised something that is late" };
    this.toast(`${row.name} ${words[what]}.`, "bad");
  }

  #mentions({ all, fresh }) {
    this.mentions = all;
    const latest = fresh && all.find((m) => m.session === fresh);
    if (!latest) return;
    this.#called(this.#rows.get(fresh));
    this.toast(`${latest.by} names you in a note about ${latest.chat}.`, "kind");
  }

  #panel({ session, view, contact = null, visit = null }) {
    if (this.open?.session !== session) return;
    Object.assign(this.open, { view, contact, visit });
    const { name, state, agent, mood, last, since, updated = since, bot, team, priority } = view;
    const before = this.#rows.get(session);
    const { reply_by, solve_by, late, ticket } = before ?? {};
    const mine = this.isMine;
    this.#lost(before, view);
    this.#rows.set(session, { session, name, state, agent, mood, last, since, updated, bot, team, priority, reply_by, solve_by, late, ticket });
    if (!mine) this.#read();
  }

  #events({ session, after, upto, items }) {
    const chat = this.open;
    if (chat?.session !== session || upto <= chat.upto) return;
    if (after > chat.upto) return void this.#line.send({ t: "open", session, after: chat.upto });
    const fresh = items.filter((i) => i.seq > chat.upto);
    chat.items = [...chat.items, ...fresh];
    chat.upto = upto;
    if (fresh.some((i) => i.kind === "message" && i.from.role === "customer")) chat.typing = null;
    for (const item of fresh) if (item.cid) this.out.shown(item.cid);
    this.#read();
  }

  /** The customer sees that whoever has the chat has read it. */
  #read() {
    if (this.open && this.isMine && !document.hidden) this.#line.send({ t: "read", session: this.open.session });
  }

  #typing({ session, from, on }) {
    const chat = this.open;
    if (chat?.session !== session || (from?.role === "agent" && from.id === this.me?.id)) return;
    chat.typing = on ? { from, until: Date.now() + TYPING_LASTS } : null;
    setTimeout(() => chat.typing?.until <= Date.now() && ((chat.typing = null), this.#changed()), TYPING_LASTS + 50);
  }

  #listed({ view, rows }) {
    this.loaded.add(view);
    for (const row of this.rows(view)) this.#rows.delete(row.session);
    for (const row of rows) this.#rows.set(row.session, row);
  }

  #settled(frame) {
    this.out.settled(frame, this.open);
  }

  #error({ code, message }) {
    if (code === "wrong_csrf" || code === "signed_out") this.signedOut = true;
    else this.toast(message, "bad");
    // A chat that never opened cannot be read: back to the list.
    if (this.open && !this.open.view) this.closeChat();
  }

  #list() {
    if (!["team", "later", "late"].includes(this.view)) this.#line.send({ t: "list", view: this.view });
  }

  #look(session) {
    const row = this.#rows.get(session);
    if (row) this.#looked.set(session, Math.max(row.updated, Date.now()));
  }
}
