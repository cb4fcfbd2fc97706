/**
 * A line to the server that comes back by itself: back-off with jitter, heartbeat, awake on `online` and when the page is seen again.
 * What carries the frames is a "wire": `wire({opened, frame, down}) -> {send(frame), close()}`. With several wires the next is tried
 * where one never gets through.
 */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;
const HEARTBEAT = 25_000;
const PATIENCE = 8_000;
const OPENING = 10_000;
/** A server that restarts closes with this code, if it cannot say when to come back. */
const RESTART = 1012;
const LONGEST_PAUSE = 60_000;
/** A line that breaks sooner after its welcome did not help: the back-off goes on. */
const STEADY = 3_000;
const TRIES_PER_WIRE = 2;

export class Line {
  state = "connecting";
  #wires;
  #at = 0;
  #wire = null;
  #run = 0;
  #tries = 0;
  #timer = 0;
  #beat = 0;
  #deadline = 0;
  #settling = 0;
  #stopped = true;
  #do;

  /** `hello()` makes the first frame, `frame(f)` takes what comes, `state(s)` hears `open`, `paused`, `connecting` or `offline`. */
  constructor(wires, { hello, frame, state }) {
    this.#wires = wires;
    this.#do = { hello, frame, state };
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#probe);
    document.addEventListener("visibilitychange", this.#seen);
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#probe);
    document.removeEventListener("visibilitychange", this.#seen);
    this.#hangUp();
    clearTimeout(this.#timer);
    this.#say("offline");
  }

  /** False where there is no open line; nothing is kept here. */
  send(frame) {
    if (this.state !== "open") return false;
    this.#wire.send(frame);
    return true;
  }

  /** Hangs up and connects anew, after `wait` milliseconds or the usual back-off. */
  again(wait) {
    if (this.#stopped) return;
    this.#hangUp();
    this.#retry(wait);
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#hangUp();
    const run = ++this.#run;
    const mine = (act) => (...args) => run === this.#run && !this.#stopped && act(...args);
    this.#expect(OPENING);
    try {
      this.#wire = this.#wires[this.#at]({
        opened: mine(() => Promise.resolve(this.#do.hello()).then(mine((hello) => this.#wire.send(hello)))),
        frame: mine((frame) => this.#take(frame)),
        down: mine((code) => (code === RESTART ? this.#pause() : this.again())),
      });
    } catch {
      this.again();
    }
  }

  #take(frame) {
    this.#expect(0);
    if (frame.t === "bye") return this.#pause(frame.retry_after_ms);
    if (frame.t === "welcome") {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => (this.#tries = 0), STEADY);
      clearInterval(this.#beat);
      this.#beat = setInterval(this.#probe, HEARTBEAT);
      this.#say("open");
    }
    if (frame.t !== "pong") this.#do.frame(frame);
  }

  #retry(wait) {
    this.#tries += 1;
    const others = this.#wires.length;
    if (others > 1 && this.#tries % TRIES_PER_WIRE === 0) this.#at = (this.#at + 1) % others;
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(this.#tries - 1, 10));
    this.#say(navigator.onLine === false || this.#tries > 2 ? "offline" : "connecting");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), wait ?? most * (0.5 + Math.random() / 2));
  }

  /** The server restarts, and has said when to come back. Until then nothing is wrong. */
  #pause(wait = 1_000 + Math.random() * 3_000) {
    this.#hangUp();
    this.#tries = 0;
    this.#say("paused");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), Math.min(wait, LONGEST_PAUSE));
  }

  #hangUp() {
    this.#run += 1;
    clearInterval(this.#beat);
    clearTimeout(this.#deadline);
    clearTimeout(this.#settling);
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
  }

  /** Without a word from the server within `ms` the line counts as dead; 0 is "all is well". */
  #expect(ms) {
    clearTimeout(this.#deadline);
    if (ms) this.#deadline = setTimeout(() => this.again(), ms);
  }

  #probe = () => {
    if (this.state !== "open" || !this.#wire) return;
    this.#wire.send({ t: "ping" });
    this.#expect(PATIENCE);
  };

  #wake = () => {
    if (this.state === "open") this.#probe();
    else if (this.state !== "paused") this.#connect();
  };

  #seen = () => {
    if (!document.hidden) this.#wake();
  };

  #say(state) {
    if (this.state === state) return;
    this.state = state;
    this.#do.state(state);
  }
}

/** Frames over a WebSocket. */
export function socket(url) {
  return ({ opened, frame, down }) => {
    const ws = new WebSocket(url);
    ws.onopen = opened;
    ws.onclose = ({ code }) => down(code);
    ws.onmessage = (event) => {
      const read = parse(event.data);
      if (read) frame(read);
    };
    return {
      send: (out) => ws.readyState === WebSocket.OPEN && ws.send(JSON.stringify(out)),
      close: () => ws.close(),
    };
  };
}

/** The address of a socket on `base`'s host. */
export function socketUrl(path, base = location.href) {
  const url = new URL(path, base);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

function parse(data) {
  try {
    const read = JSON.parse(data);
    return read && typeof read.t === "string" ? read : null;
  } catch {
    return null;
  }
}
