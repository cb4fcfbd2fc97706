/**
 * A customer's chat with rapport, as docs/protocol.md has it. Nothing that was written is lost (kept until `ack`), nothing shows twice
 * (client ids), nothing is missed (gaps are asked for again).
 */
import { Kept } from "./kept.js";
import { Line, socket, socketUrl } from "./line.js";

const ACK_PATIENCE = 10_000;
const TYPING_EVERY = 3_000;
/** Words that lie unsent for longer are not sent without being asked about. */
const STALE = 3_600_000;

export class Chat {
  /** Of the customer, not yet seen in the chat: `{cid, t, text?, choice?, file?, at, state: "waiting"|"kept"|"failed", problem?}`. */
  outbox = [];
  bot = null;
  status = { state: "bot" };
  upto = 0;
  #kept;
  #line;
  #hear;
  #opening;
  #session = null;
  #epoch = null;
  #flying = null;
  #timer = 0;
  #held = false;
  #busy = 0;
  #asked = null;
  #typed = 0;
  #path;
  /** The file on its way: `{cid, stop}`. */
  #sending = null;

  /**
   * @param {{bot: string, page?: string, language?: string, base?: string}} options
   * @param {(what: "state"|"welcome"|"items"|"status"|"typing"|"outbox"|"progress"|"reset"|"fatal", about: any) => void} hear
   */
  constructor({ bot, page, language, base = location.origin }, hear) {
    this.#hear = hear;
    this.#opening = { page, language };
    this.#kept = new Kept(bot);
    const path = `/v1/chat/${encodeURIComponent(bot)}`;
    this.#path = new URL(path, base).href;
    this.#line = new Line([socket(socketUrl(`${path}/socket`, base)), late("./http.js", this.#path)], {
      hello: () => this.#hello(),
      frame: (frame) => this.#take(frame),
      state: (state) => this.#stateIs(state),
    });
    this.outbox = this.#kept.unsent().map((e) => ({ ...e, state: Date.now() - e.at > STALE ? "failed" : "waiting" }));
    this.#kept.onOther(() => this.#otherTab());
  }

  get state() {
    return this.#line.state;
  }
  /** Whether there is a chat to come back to. */
  get begun() {
    return Boolean(this.#kept.session?.token);
  }
  get seen() {
    return this.#kept.seen;
  }

  start() {
    this.#line.start();
  }
  stop() {
    this.#line.stop();
  }

  /** A secret answer is kept in memory alone until it is sent. */
  say(text, secret) {
    return this.#put({ t: "say", text, ...(secret && { secret }) });
  }
  tap(choice, label) {
    return this.#put({ t: "tap", choice, text: label });
  }
  /** A photo or a file; its bytes stay in memory until they are sent. */
  send(blob) {
    const { name, size, type } = blob;
    const entry = this.#put({ t: "file", text: name, file: { name, size, type }, blob });
    const largest = this.bot?.largest_file ?? Infinity;
    if (size > largest) this.#change(entry, { state: "failed", problem: `it is larger than ${Math.floor(largest / 1_048_576)} MB.` });
    this.#upload();
  }
  /** An address under which a file of this chat can be shown. */
  async address(id) {
    const { session, token } = this.#kept.session;
    return (await import("./upload.js")).address(`${this.#path}/sessions/${session}/files`, token, id);
  }
  person() {
    return this.outbox.find((e) => e.t === "person" && e.state === "waiting") ?? this.#put({ t: "person" });
  }
  typing() {
    if (Date.now() - this.#typed < TYPING_EVERY) return;
    this.#typed = Date.now();
    this.#line.send({ t: "typing" });
  }
  read(seq) {
    if (seq <= this.#kept.seen) return;
    this.#kept.seen = seq;
    this.#line.send({ t: "read", seq });
  }
  retry(cid) {
    const entry = this.outbox.find((e) => e.cid === cid);
    if (entry) this.#change(entry, { state: "waiting", problem: undefined });
    this.#pump();
    this.#upload();
  }
  drop(cid) {
    if (this.#sending?.cid === cid) this.#sent();
    this.#forgetEntry(cid);
    this.#pump();
    this.#upload();
  }

  #put(what) {
    const entry = { cid: newCid(), at: Date.now(), state: "waiting", ...what };
    this.outbox.push(entry);
    this.#kept.keep(entry);
    this.#hear("outbox", this.outbox);
    this.#pump();
    return entry;
  }

  #hello() {
    const known = this.#kept.session;
    if (known?.session !== this.#session) this.upto = 0;
    this.#session = known?.session ?? null;
    return known ? { t: "hello", ...known, after: this.upto } : { t: "hello", ...this.#opening };
  }

  #stateIs(state) {
    this.#flying = null;
    clearTimeout(this.#timer);
    this.#hear("state", state);
  }

  #take(frame) {
    const act = { welcome: this.#welcome, events: this.#events, status: this.#statusIs, ack: this.#ack, reset: this.#reset, error: this.#error }[frame.t];
    if (act) act.call(this, frame);
    else if (frame.t === "typing") this.#hear("typing", frame);
  }

  #welcome({ session, token, bot, status, epoch }) {
    if (token) {
      this.#kept.session = { session, token };
      this.#kept.seen = 0;
    }
    // Another epoch is another journal: what was read from the old one counts for nothing.
    const restored = this.#epoch && epoch && epoch !== this.#epoch && this.upto > 0;
    this.#session = session;
    this.#epoch = epoch ?? this.#epoch;
    this.bot = bot ?? this.bot;
    if (restored) {
      this.upto = 0;
      this.#hear("reset", "restored");
      this.#line.send({ t: "resume", after: 0 });
    }
    this.#asked = null;
    this.#hear("welcome", this.bot);
    this.#statusIs({ status });
    this.#pump();
    this.#upload();
  }

  #statusIs({ status }) {
    this.status = status ?? this.status;
    this.#hear("status", this.status);
  }

  #events({ after, upto, items }) {
    if (after > this.upto) {
      if (this.#asked !== this.upto) this.#line.send({ t: "resume", after: this.upto });
      this.#asked = this.upto;
      return;
    }
    if (upto <= this.upto) return;
    const fresh = items.filter((i) => i.seq > this.upto);
    this.upto = upto;
    this.#asked = null;
    const arrived = new Set(fresh.map((i) => i.cid).filter(Boolean));
    this.#hear("items", fresh);
    for (const entry of this.outbox.filter((e) => arrived.has(e.cid))) this.#landed(entry.cid, true);
  }

  #ack({ cid }) {
    this.#busy = 0;
    this.#landed(cid, false);
  }

  /** The server has it. It stays in the outbox until it shows in the chat, which "talk to a person" never does as such. */
  #landed(cid, shown) {
    const entry = this.outbox.find((e) => e.cid === cid);
    this.#kept.drop(cid);
    if (entry && (shown || entry.t === "person")) this.#forgetEntry(cid);
    else if (entry) this.#change(entry, { state: "kept" }, false);
    this.#free(cid);
  }

  #reset({ reason }) {
    this.#forgetSession(reason);
    this.#line.again(0);
  }

  #forgetSession(reason) {
    this.#kept.session = null;
    this.#kept.seen = 0;
    this.#session = null;
    this.#epoch = null;
    this.upto = 0;
    this.outbox = this.outbox.filter((e) => e.state !== "kept");
    // Buttons of the old chat mean nothing in the new one; their words do.
    for (const entry of this.outbox.filter((e) => e.t === "tap")) this.#asWords(entry);
    this.#hear("reset", reason);
  }

  #error(error) {
    const { code, message, retry_after_ms: wait } = error;
    const cid = error.cid ?? (this.state === "open" ? this.#flying : null);
    const entry = this.outbox.find((e) => e.cid === cid);
    if (code === "wrong_token") {
      this.#forgetSession(message);
      this.#line.again();
    } else if (code === "unknown_bot" || code === "foreign_origin") {
      this.#line.stop();
      this.#hear("fatal", message);
    } else if (code === "too_fast" || code === "busy") {
      if (this.state !== "open") this.#line.again(wait);
      else if (entry) this.#hold(wait ?? 1_000 * 2 ** Math.min(this.#busy++, 4) * (0.75 + Math.random() / 2));
    } else if (entry) {
      if (code === "not_offered" && entry.t === "tap") this.#asWords(entry);
      else if (code === "cid_reused") this.#rename(entry);
      else this.#change(entry, { state: "failed", problem: message });
      this.#free(cid);
    } else console.warn("rapport:", code, message);
  }

  #hold(wait) {
    this.#held = true;
    this.#flying = null;
    clearTimeout(this.#timer);
    setTimeout(() => {
      this.#held = false;
      this.#pump();
    }, wait);
  }

  /** One at a time, so that the chat keeps the order in which the customer wrote. */
  #pump() {
    if (this.#flying || this.#held || this.state !== "open") return;
    const next = this.outbox.find((e) => e.state === "waiting" && e.t !== "file");
    if (!next) return;
    const { cid, t, text, choice } = next;
    const frame = t === "say" ? { t, cid, text } : t === "tap" ? { t, cid, choice } : { t, cid };
    if (!this.#line.send(frame)) return;
    this.#flying = cid;
    this.#timer = setTimeout(() => this.#line.again(0), ACK_PATIENCE);
  }

  /** One file at a time, beside the words: a chat goes on while a large photo is on its way. */
  async #upload() {
    const next = this.outbox.find((e) => e.t === "file" && e.state === "waiting");
    if (!next || this.#sending || this.state !== "open") return;
    const mine = (this.#sending = { cid: next.cid, stop: () => {} });
    const { session, token } = this.#kept.session;
    const done = (answer) => this.#sending === mine && (this.#sent(), this.#uploaded(next, answer));
    const progress = (part) => this.#hear("progress", Object.assign(next, { part }));
    try {
      const { upload } = await import("./upload.js");
      if (this.#sending === mine) mine.stop = upload(`${this.#path}/sessions/${session}/files`, token, next, progress, done);
    } catch {
      done(null);
    }
  }

  #sent() {
    const { stop } = this.#sending;
    this.#sending = null;
    stop();
  }

  #uploaded(entry, answer) {
    const { code, message, retry_after_ms: wait = 2_000 } = answer?.error ?? {};
    if (answer?.cid) this.#landed(entry.cid, false);
    else if (code === "too_fast" || code === "busy") return setTimeout(() => this.#upload(), wait);
    else if (code === "cid_reused") this.#change(entry, { cid: newCid() });
    // Without a connection it waits for the next one; where only this broke off, the customer says when.
    else if (answer || this.state === "open") this.#change(entry, { state: "failed", problem: message ?? "the connection broke off." });
    this.#upload();
  }

  #free(cid) {
    if (this.#flying !== cid) return;
    this.#flying = null;
    clearTimeout(this.#timer);
    this.#pump();
  }

  #asWords(entry) {
    this.#kept.drop(entry.cid);
    this.#change(entry, { t: "say", cid: newCid(), choice: undefined });
  }

  #rename(entry) {
    this.#kept.drop(entry.cid);
    this.#change(entry, { cid: newCid() });
  }

  #change(entry, members, keep = true) {
    Object.assign(entry, members);
    if (keep) this.#kept.keep(entry);
    this.#hear("outbox", this.outbox);
  }

  #forgetEntry(cid) {
    this.#kept.drop(cid);
    this.outbox = this.outbox.filter((e) => e.cid !== cid);
    this.#hear("outbox", this.outbox);
  }

  #otherTab() {
    const now = this.#kept.session?.session;
    if (!now || now === this.#session || !this.#session) return;
    this.upto = 0;
    this.#epoch = null;
    this.#hear("reset", "another tab");
    this.#line.again(0);
  }
}

/** A wire whose module is fetched only where it is needed. */
function late(module, base) {
  return (line) => {
    let wire = null;
    let closed = false;
    import(module).then(({ http }) => closed || (wire = http(base)(line)), line.down);
    return { send: (frame) => wire?.send(frame), close: () => ((closed = true), wire?.close()) };
  };
}

/** 22 characters that no other message has; `crypto.randomUUID` is missing on plain-http pages. */
function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
