/** What an agent sends: replies are kept until the server has them and sent again after a break; drafts are kept while they are written. */

const REPLIES = "rapport/inbox/replies";
const DRAFT = "rapport/inbox/draft/";
const BUSY_WAIT = 2_000;
const BROKEN = "The connection broke before the server answered. Look at the chat, then try again.";

export class Outgoing {
  /** `{cid, t: "reply"|"note", session, text, at, state: "waiting"|"kept"|"failed", problem?}` */
  entries = read(REPLIES, []).map((e) => ({ ...e, state: e.state === "failed" ? "failed" : "waiting" }));
  #send;
  #changed;
  #asked = new Map();
  #next = 1;

  constructor(send, changed) {
    this.#send = send;
    this.#changed = changed;
  }

  of(session) {
    return this.entries.filter((e) => e.session === session);
  }

  /** `seen` is how far the page shows the chat: a reply to an older state is refused, and its writer told. */
  put(t, session, text, seen) {
    const entry = { seen, cid: `a${crypto.getRandomValues(new Uint32Array(4)).join("-")}`, t, session, text, at: Date.now(), state: "waiting" };
    this.entries = [...this.entries, entry];
    this.#keep();
    this.#pass(entry);
    this.#changed();
  }

  retry(entry, seen) {
    entry.seen = seen;
    entry.state = "waiting";
    this.#keep();
    this.#pass(entry);
    this.#changed();
  }

  drop(entry) {
    this.entries = this.entries.filter((e) => e !== entry);
    this.#keep();
    this.#changed();
  }

  /** After a new `welcome`: replies carry a client id, so sending them again is harmless. */
  resend() {
    for (const entry of this.entries) if (entry.state === "waiting") this.#pass(entry);
  }

  /** The line broke: no answer will come. A note has no client id; whether it was kept is for the agent to see. */
  lost() {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { entry, settle } of asked) {
      settle?.({ ok: false, code: "lost", message: BROKEN });
      if (entry?.t === "note") Object.assign(entry, { state: "failed", problem: BROKEN });
    }
    this.#keep();
  }

  /** The message stands in the transcript. */
  shown(cid) {
    const entry = this.entries.find((e) => e.cid === cid);
    if (entry) this.drop(entry);
  }

  act(frame) {
    return new Promise((settle) => {
      const id = this.#next++;
      if (this.#send({ ...frame, id })) this.#asked.set(id, { settle });
      else settle({ ok: false, code: "offline", message: "There is no connection right now. Nothing was changed." });
    });
  }

  settled({ t, id, code, message, seq, hits }, open) {
    const { entry, settle } = this.#asked.get(id) ?? {};
    this.#asked.delete(id);
    settle?.({ ok: t !== "refused", code, message, hits });
    if (!entry) return;
    if (t === "done") {
      const visible = entry.t === "note" || open?.session !== entry.session || open.upto >= seq;
      if (visible) this.drop(entry);
      else entry.state = "kept";
    } else if (code === "busy" || code === "too_fast") setTimeout(() => entry.state === "waiting" && this.#pass(entry), BUSY_WAIT);
    else Object.assign(entry, { state: "failed", problem: message, code });
    this.#keep();
  }

  draft(session, mode) {
    return read(`${DRAFT}${mode}/${session}`, "");
  }

  keepDraft(session, mode, text) {
    write(`${DRAFT}${mode}/${session}`, text || null);
  }

  #pass(entry) {
    const { t, session, cid, text, seen = null } = entry;
    const id = this.#next++;
    const frame = t === "reply" ? { t, id, session, cid, text, seen } : { t, id, session, text };
    if (this.#send(frame)) this.#asked.set(id, { entry });
  }

  #keep() {
    write(REPLIES, this.entries.length ? this.entries.filter((e) => e.state !== "kept") : null);
  }
}

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage a reload loses what is not sent; the page itself goes on.
  }
}
