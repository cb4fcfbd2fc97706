/** The chat's frames over plain HTTP, for networks that let no WebSocket through: POST to send, a stream (or polling) to listen. */

const POLL_SEEN = 2_500;
const POLL_HIDDEN = 15_000;
const STREAM_SILENCE = 60_000;
const STREAM_FIRST_WORD = 8_000;

/** A wire for `Line`; `base` is `/v1/chat/{bot}`. */
export function http(base) {
  return (line) => {
    const wire = new HttpWire(base, line);
    queueMicrotask(line.opened);
    return wire;
  };
}

class HttpWire {
  #base;
  #line;
  #gone = new AbortController();
  #session = null;
  #token = null;
  #upto = 0;
  #streams = true;

  constructor(base, line) {
    this.#base = base;
    this.#line = line;
  }

  send(frame) {
    const act = { hello: this.#hello, say: this.#post, tap: this.#post, person: this.#post, event: this.#event, resume: this.#resume, ping: this.#pong }[frame.t];
    act?.call(this, frame).catch(() => this.#gone.signal.aborted || this.#line.down());
  }

  close() {
    this.#gone.abort();
  }

  async #hello({ t, after = 0, ...how }) {
    const { session, token } = how;
    const resumes = session && !how.identity;
    const bot = resumes && (await this.#ask(this.#base));
    const begun = resumes ? { session, status: { state: "bot" } } : await this.#ask(`${this.#base}/sessions`, how);
    if (begun.error || bot?.error) return this.#refuse(begun.error ?? bot.error);
    this.#session = begun.session;
    this.#token = begun.token ?? token;
    if (begun.session !== session) after = 0;
    this.#upto = after;
    const past = await this.#ask(this.#path(`events?after=${after}`));
    if (past.error) return this.#refuse(past.error);
    this.#line.frame({ t: "welcome", bot, ...begun, status: past.status, upto: past.upto });
    this.#heard(past);
    this.#listen();
  }

  async #post({ t, cid, text, choice }) {
    const body = t === "person" ? { cid, person: true } : t === "tap" ? { cid, choice } : { cid, text };
    const said = await this.#ask(this.#path("messages"), body);
    this.#line.frame(said.error ? { t: "error", cid, ...said.error } : { t: "ack", ...said });
  }

  async #event({ name, with: about }) {
    const told = await this.#ask(this.#path("event"), { event: name, with: about });
    if (told.error) this.#line.frame({ t: "error", ...told.error });
  }

  async #resume({ after }) {
    const past = await this.#ask(this.#path(`events?after=${after}`));
    if (past.error) this.#refuse(past.error);
    else this.#heard(past);
  }

  async #pong() {
    this.#line.frame({ t: "pong" });
  }

  async #listen() {
    while (!this.#gone.signal.aborted) {
      try {
        if (this.#streams) await this.#stream();
        else await this.#poll();
      } catch {
        if (!this.#gone.signal.aborted) this.#line.down();
        return;
      }
    }
  }

  async #poll() {
    await new Promise((done) => setTimeout(done, document.hidden ? POLL_HIDDEN : POLL_SEEN));
    if (!this.#gone.signal.aborted) await this.#resume({ after: this.#upto });
  }

  /** Reads the stream until it ends. One that stays silent from its start is held back somewhere: then polling takes over. */
  async #stream() {
    const mine = new AbortController();
    const stop = () => mine.abort();
    this.#gone.signal.addEventListener("abort", stop, { once: true });
    let heard = false;
    let timer = setTimeout(stop, STREAM_FIRST_WORD);
    try {
      const headers = { accept: "text/event-stream", authorization: `Bearer ${this.#token}` };
      const answer = await fetch(this.#path(`stream?after=${this.#upto}`), { headers, signal: mine.signal, cache: "no-store" });
      if (!answer.ok || !answer.body) throw new Error("no stream");
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) break;
        heard = true;
        clearTimeout(timer);
        timer = setTimeout(stop, STREAM_SILENCE);
        const parts = (text + value).split(/\r?\n\r?\n/);
        text = parts.pop();
        parts.forEach((part) => this.#part(part));
      }
    } catch (problem) {
      if (this.#gone.signal.aborted) throw problem;
    } finally {
      clearTimeout(timer);
      this.#gone.signal.removeEventListener("abort", stop);
      if (!heard) this.#streams = false;
    }
  }

  #part(part) {
    const field = (name) => part.split(/\r?\n/).filter((l) => l.startsWith(`${name}:`)).map((l) => l.slice(name.length + 1).trim()).join("\n");
    const data = field("data");
    if (!data) return;
    const read = JSON.parse(data);
    if (field("event") === "bye") this.#line.frame({ t: "bye", ...read });
    else if (field("event") === "status") this.#line.frame({ t: "status", status: read.status ?? read });
    else if (field("event") === "events") this.#heard(read);
  }

  #heard({ after, upto, items, status }) {
    if (after <= this.#upto) this.#upto = Math.max(this.#upto, upto);
    this.#line.frame({ t: "events", after, upto, items });
    if (status) this.#line.frame({ t: "status", status });
  }

  #refuse(error) {
    const lost = ["unknown_session", "damaged"].includes(error.code);
    this.#line.frame(lost ? { t: "reset", reason: error.message } : { t: "error", ...error });
  }

  #path(rest) {
    return `${this.#base}/sessions/${this.#session}/${rest}`;
  }

  /** The answer, or `{error}` where the server refused. A server that cannot be reached throws. */
  async #ask(url, body) {
    const headers = { accept: "application/json" };
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    if (body) headers["content-type"] = "application/json";
    const options = { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal: this.#gone.signal, cache: "no-store" };
    const answer = await fetch(url, options);
    const read = await answer.json();
    if (answer.ok) return read;
    if (!read?.error) throw new Error(`status ${answer.status}`);
    const wait = Number(answer.headers.get("retry-after"));
    return { error: { ...read.error, ...(wait > 0 && { retry_after_ms: wait * 1000 }) } };
  }
}
