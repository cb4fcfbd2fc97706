/** The chat page: starts the chat, shows who has it, sends what is written, and talks with the launcher where it is embedded. */
import { Chat } from "../shared/protocol.js";
import { look } from "./look.js";
import { Clip } from "./files.js";
import { Log } from "./log.js";

const BANNER_AFTER = 1_500;
const HOST_PATIENCE = 2_000;
const $ = (id) => document.getElementById(id);
const { body } = document;
const { bot, accent } = body.dataset;
const embedded = parent !== window;
const page = new URLSearchParams(location.search).get("page") ?? (embedded ? undefined : location.href);
const touch = matchMedia("(pointer: coarse)");

/** Origin of the website that holds this frame, from its first message. */
let host = null;
let shown = !embedded;
let started = false;
/** Whether everything that was said before has been shown. */
let caughtUp = false;
let firstUpto = 0;
let unread = 0;
let name = body.dataset.name;
const { title } = document;

const chat = new Chat({ bot, page, language: navigator.language }, (what, about) => hear[what]?.(about));
const log = new Log($("log"), {
  tap: ({ id, label }) => (chat.tap(id, label), focusText()),
  retry: (cid) => chat.retry(cid),
  drop: (cid) => chat.drop(cid),
  address: (id) => chat.address(id),
  behind: (yes) => (($("new").hidden = !yes), yes || seen()),
});

const hear = {
  state(state) {
    body.dataset.state = state;
    clearTimeout(hear.timer);
    if (state === "open") $("banner").hidden = true;
    else hear.timer = setTimeout(() => banner(state), BANNER_AFTER);
    log.pending(chat.outbox, state === "open");
    footer();
  },
  welcome(about) {
    if (about) name = about.name;
    tell({ t: "begun" });
    footer();
  },
  items(items) {
    log.add(items, caughtUp);
    asked();
    if (!caughtUp) setTimeout(() => ($("log").ariaLive = "polite"));
    caughtUp = true;
    const from = Math.max(chat.seen, firstUpto);
    unread += items.filter((i) => i.kind === "message" && i.from.role !== "customer" && i.seq > from).length;
    seen();
  },
  status() {
    who();
    footer();
  },
  typing: ({ on }) => log.typing(on),
  outbox(outbox) {
    log.pending(outbox, chat.state === "open");
    asked();
    footer();
  },
  progress: (entry) => log.progress(entry),
  reset() {
    caughtUp = false;
    $("log").ariaLive = "off";
    unread = 0;
    log.clear();
    badge();
  },
  fatal(message) {
    body.dataset.state = "offline";
    clearTimeout(hear.timer);
    banner(null, message || "This chat is not available here.");
  },
};

function banner(state, words) {
  $("banner").textContent = words ?? (state === "connecting" ? "Connecting…" : "No connection. What you write is kept and sent as soon as you are back.");
  $("banner").hidden = false;
}

function who() {
  const { state, agent } = chat.status;
  const company = body.dataset.title;
  const person = state === "agent" ? (agent?.name ?? "A person") : name;
  $("who").textContent = person;
  $("face").textContent = [...person][0]?.toUpperCase() ?? "";
  const role = state === "agent" ? (company ? `Customer service at ${company}` : "Customer service") : company ? `${company}’s assistant` : "Assistant";
  $("sub").textContent = state === "waiting" ? "A person will join you here" : role;
}

function footer() {
  const { state, position } = chat.status;
  const asked = chat.outbox.some((e) => e.t === "person" && e.state === "waiting");
  const useful = (chat.bot?.person ?? true) && started && (state === "bot" || state === "resolved");
  $("person").hidden = !useful;
  $("person").disabled = asked;
  $("person").textContent = asked ? "Asking for a person…" : "Talk to a person";
  const place = position > 1 ? ` · number ${position} in line` : position === 1 ? " · you are next" : "";
  $("wait").textContent = state === "waiting" ? `Waiting for a person${place}` : "";
  $("below").hidden = !useful && state !== "waiting";
}

/** What is on the screen has been read; the rest is counted for the launcher and the title. */
function seen() {
  if (shown && !document.hidden && log.near) {
    chat.read(chat.upto);
    unread = 0;
  }
  badge();
}

function badge() {
  document.title = unread ? `(${unread}) ${title}` : title;
  tell({ t: "unread", n: unread });
}

function focusText() {
  if (!touch.matches) $("text").focus();
}

function start() {
  if (started) return;
  started = true;
  firstUpto = chat.seen;
  chat.start();
  log.pending(chat.outbox, false);
}

function show() {
  shown = true;
  start();
  log.bottom();
  seen();
  focusText();
}

// The composer

const text = $("text");
const draft = `rapport/${bot}/draft`;
const clip = new Clip($("form"), () => (changed(), focusText()));

function changed() {
  $("send").disabled = !text.value.trim() && !clip.any;
  if (!CSS.supports("field-sizing", "content")) {
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight + 3}px`;
  }
  try {
    sessionStorage.setItem(draft, log.secret ? "" : text.value);
  } catch {
    // No storage: the draft lives as long as the page.
  }
}

/** The answer to a secret question shows as dots, and is kept nowhere; a question for a photo points at the clip. */
function asked() {
  clip.wants(log.takes, log.secret);
  text.classList.toggle("secret", log.secret);
  text.placeholder = log.secret ? "Not shown, not kept…" : "Write a message…";
}

function send() {
  const words = text.value.trim();
  if (!words && !clip.any) return;
  start();
  clip.empty().forEach((file) => chat.send(file));
  if (words) chat.say(words, log.secret);
  text.value = "";
  changed();
  focusText();
}

$("form").addEventListener("submit", (event) => (event.preventDefault(), send()));
text.addEventListener("input", () => (changed(), text.value.trim() && chat.typing()));
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
$("person").addEventListener("click", () => chat.person());
$("new").addEventListener("click", () => log.bottom());
$("close").addEventListener("click", () => tell({ t: "close" }));
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && tell({ t: "close" }));
document.addEventListener("visibilitychange", seen);

// The launcher

function tell(message) {
  if (embedded && host) parent.postMessage({ rapport: "frame", ...message }, host);
}

addEventListener("message", ({ source, origin, data }) => {
  if (!embedded || source !== parent || data?.rapport !== "host" || (host && host !== origin)) return;
  if (!host) {
    host = origin;
    $("close").hidden = false;
    tell({ t: "look", ...look(accent) });
    if (chat.begun) start();
    badge();
  }
  if (data.t === "shown") show();
  else if (data.t === "hidden") shown = false;
});

look(accent);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => tell({ t: "look", ...look(accent) }));
try {
  text.value = sessionStorage.getItem(draft) ?? "";
} catch {
  // As above.
}
changed();
who();
if (!embedded) show();
// A page that embeds the frame by hand sends no messages: the chat is simply there.
else setTimeout(() => host || show(), HOST_PATIENCE);
