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
  /** Who the customer is, signed by the website's server; sent with the next `hello`. */
  #claim = null;
  /** What happened on the page and is not told yet. */
  #events = [];
  /** Lets the next tab begin. */
  #next = () => {};
  /** Files on their way, once there was one. */
  #uploads = null;

  /**
   * @param {{bot: string, page?: string, language?: string, start?: string, consent?: string, base?: string}} options
   * @param {(what: "state"|"welcome"|"items"|"status"|"typing"|"outbox"|"progress"|"reset"|"forgotten"|"identified"|"fatal", about: any) => void} hear
   */
  constructor({ bot, base = location.origin, ...opening }, hear) {
    this.#hear = hear;
    this.#opening = opening;
    this.#kept = new Kept(bot);
    const path = `/v1/chat/${encodeURIComponent(bot)}`;
    this.#path = new URL(path, base).href;
    this.#line = new Line([socket(socketUrl(`${path}/socket`, base)), late(() => import("./http.js"), this.#path)], {
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
  /** To which words of the bot's the customer agreed; sent with the first `hello`. */
  get consent() {
    return this.#kept.consent;
  }
  set consent(version) {
    this.#kept.consent = version;
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
    this.#uploads?.stop(cid);
    this.#forgetEntry(cid);
    this.#pump();
    this.#upload();
  }

  /** Something happened on the page; `with` are its details. */
  event(name, details) {
    this.#events.push({ t: "event", name, with: details ?? {} });
    this.#tell();
  }
  /** Tells how a new chat begins, while there is none. */
  opening(more) {
    Object.assign(this.#opening, more);
  }
  /** Who the customer is: `{token}` or `{id, email, name, hash}`. Somebody else's chat is gone from this browser at once. */
  identify(claim) {
    const who = String(claim?.id ?? subject(claim?.token));
    if (this.#kept.who && this.#kept.who !== who) this.#away("somebody else");
    this.#kept.who = who;
    this.#claim = claim;
    if (this.state === "open" || this.#session) this.#line.again(0);
  }
  /** Leaves nothing of the chat in this browser, in no tab. */
  forget() {
    this.#line.stop();
    this.#away("forgotten");
    this.#claim = null;
    this.#kept.clear();
  }

  #put(what) {
    const entry = { cid: newCid(), at: Date.now(), state: "waiting", ...what };
    this.outbox.push(entry);
    this.#kept.keep(entry);
    this.#hear("outbox", this.outbox);
    this.#pump();
    return entry;
  }

  /** Of two tabs that open at once one begins the chat, and the other finds it. */
  async #hello() {
    this.#next();
    if (!this.#kept.session && navigator.locks) {
      await new Promise((mine) => {
        const wish = new AbortController();
        let free = null;
        this.#next = () => (wish.abort(), free?.());
        navigator.locks.request(this.#kept.name, { signal: wish.signal }, () => new Promise((next) => ((free = next), mine()))).catch(() => {});
      });
    }
    const known = this.#kept.session;
    if (known?.session !== this.#session) this.upto = 0;
    this.#session = known?.session ?? null;
    const identity = this.#claim ? { identity: this.#claim } : {};
    return known ? { t: "hello", ...known, after: this.upto, ...identity } : { t: "hello", ...this.#opening, ...identity };
  }

  #stateIs(state) {
    this.#flying = null;
    if (state !== "open") this.#next();
    clearTimeout(this.#timer);
    this.#hear("state", state);
  }

  #take(frame) {
    const act = { welcome: this.#welcome, events: this.#batch, status: this.#statusIs, ack: this.#ack, reset: this.#reset, error: this.#error }[frame.t];
    if (act) act.call(this, frame);
    else if (frame.t === "typing") this.#hear("typing", frame);
  }

  #welcome({ session, token, bot, status, epoch }) {
    // The website has said that this is somebody else: theirs is another chat.
    if (this.#session && session !== this.#session) this.#away("another chat");
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
    this.#next();
    if (this.#claim) this.#hear("identified", { ok: true });
    this.#claim = null;
    this.#hear("welcome", this.bot);
    this.#statusIs({ status });
    this.#tell();
    this.#pump();
    this.#upload();
  }

  #tell() {
    while (this.#events.length && this.#line.send(this.#events[0])) this.#events.shift();
  }

  #statusIs({ status }) {
    this.status = status ?? this.status;
    this.#hear("status", this.status);
  }

  #batch({ after, upto, items }) {
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

  /** Without a trace of the chat that was: not even its unsent words go into another. */
  #away(reason) {
    for (const { cid } of this.outbox) this.#kept.drop(cid);
    this.outbox = [];
    this.#uploads?.stop();
    this.#forgetSession(reason);
    this.#hear("outbox", this.outbox);
  }

  #error(error) {
    const { code, message, retry_after_ms: wait } = error;
    const cid = error.cid ?? (this.state === "open" && !/event/.test(code) ? this.#flying : null);
    const entry = this.outbox.find((e) => e.cid === cid);
    if (code === "wrong_token") {
      this.#forgetSession(message);
      this.#line.again();
    } else if (code === "bad_identity" && this.#claim) {
      this.#claim = null;
      this.#hear("identified", { ok: false, message });
      this.#line.again(0);
    } else if (["unknown_bot", "foreign_origin", "identify_first", "consent_needed", "bad_identity"].includes(code)) {
      this.#line.stop();
      this.#hear("fatal", message);
    } else if (["too_fast", "busy", "crowded"].includes(code)) {
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

  /** Files go beside the words: a chat goes on while a large photo is on its way. How, is fetched with the first. */
  async #upload() {
    if (this.state !== "open" || !this.#nextFile()) return;
    try {
      const { Uploads } = await import("./upload.js");
      this.#uploads ??= new Uploads({
        next: () => this.state === "open" && this.#nextFile(),
        to: () => [`${this.#path}/sessions/${this.#session}/files`, this.#kept.session?.token],
        landed: (cid) => this.#landed(cid, false),
        change: (entry, members) => this.#change(entry, members),
        progress: (entry) => this.#hear("progress", entry),
        isOpen: () => this.state === "open",
        newCid,
      });
      this.#uploads.pump();
    } catch {
      const entry = this.#nextFile();
      if (entry && this.state === "open") this.#change(entry, { state: "failed", problem: "the connection broke off." });
    }
  }

  #nextFile() {
    return this.outbox.find((e) => e.t === "file" && e.state === "waiting");
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
    if (!now && this.#session) {
      this.#line.stop();
      this.#away("forgotten");
      return this.#hear("forgotten");
    }
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
    module().then(({ http }) => closed || (wire = http(base)(line)), line.down);
    return { send: (frame) => wire?.send(frame), close: () => ((closed = true), wire?.close()) };
  };
}

/** Whom a JWT is about, unverified: only to see that it is somebody else. */
function subject(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub;
  } catch {
    return "";
  }
}

/** 22 characters that no other message has; `crypto.randomUUID` is missing on plain-http pages. */
function newCid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
