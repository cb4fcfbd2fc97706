/** The chat page: starts the chat, shows who has it, sends what is written, and talks with the launcher where it is embedded. */
import { Chat } from "../shared/protocol.js";
import { Log } from "./log.js";
import { keep, make, styled, t } from "./parts.js";

const BANNER_AFTER = 1_500;
const HOST_PATIENCE = 2_000;
const PICTURES = "image/jpeg,image/png,image/gif,image/webp";
const $ = (id) => document.getElementById(id);
const { body } = document;
const { bot, consent, version } = body.dataset;
const embedded = parent !== window;
const query = new URLSearchParams(location.search);
const page = query.get("page") ?? (embedded ? undefined : location.href);
const touch = matchMedia("(pointer: coarse)");
const own = () => sessionStorage;
const all = () => localStorage;
/** A server that restarts is no failure: it has said when it is back, and what is written goes to it then. */
const well = () => chat.state === "open" || chat.state === "paused";

/** Origin of the website that holds this frame, from its first message. */
let host = null;
let shown = !embedded;
let started = false;
/** Whether everything that was said before has been shown. */
let caughtUp = false;
let firstUpto = 0;
let unread = 0;
let name = body.dataset.name;
/** Photos and files, once there are any. */
let clip = null;
let asking = null;
const { title } = document;

const chat = new Chat({ bot, page, language: query.get("lang") ?? navigator.language, start: query.get("start") ?? undefined }, (what, about) => hear[what]?.(about));
const log = new Log($("log"), {
  tap: ({ id, label }) => (chat.tap(id, label), focusText()),
  retry: (cid) => chat.retry(cid),
  drop: (cid) => chat.drop(cid),
  address: (id) => chat.address(id),
  behind: (yes) => (yes && styled(), ($("new").hidden = !yes), yes || seen()),
});

const hear = {
  state(state) {
    body.dataset.state = state;
    clearTimeout(hear.timer);
    if (well()) $("banner").hidden = true;
    else hear.timer = setTimeout(() => banner(state), BANNER_AFTER);
    log.pending(chat.outbox, well());
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
    const from = Math.max(chat.seen, firstUpto);
    const news = items.filter((i) => i.kind === "message" && i.from.role !== "customer" && i.seq > from);
    unread += news.length;
    if (!shown && news.length) log.point(news[0].seq);
    if (caughtUp && news.length) ring(news.at(-1));
    caughtUp = true;
    seen();
    if (unread && !shown) tease();
  },
  status() {
    who();
    footer();
    log.marks(chat.status.state === "agent" || chat.status.state === "waiting" ? chat.status : {});
  },
  typing: ({ on }) => log.typing(on),
  outbox(outbox) {
    log.pending(outbox, well());
    asked();
    footer();
  },
  progress: (entry) => log.progress(entry),
  identified: ({ ok, message }) => (ok || console.warn("rapport:", message), tell({ t: "identified", ok })),
  reset() {
    caughtUp = false;
    $("log").ariaLive = "off";
    unread = 0;
    firstUpto = 0;
    log.clear();
    badge();
  },
  forgotten: () => gone(),
  fatal(message) {
    body.dataset.state = "offline";
    clearTimeout(hear.timer);
    banner(null, t(message || "This chat is not available here."));
  },
};

function banner(state, words) {
  $("banner").textContent = words ?? t(state === "connecting" ? "Connecting…" : "No connection. What you write is kept and sent as soon as you are back.");
  $("banner").hidden = false;
}

function who() {
  const { state, agent } = chat.status;
  const company = body.dataset.title;
  const taken = state === "agent";
  const person = taken ? (agent?.name ?? t("A person")) : name;
  const picture = taken ? agent?.picture : body.dataset.picture;
  $("who").textContent = person;
  if (picture !== $("face").dataset.picture || !picture) {
    $("face").replaceChildren([...person][0]?.toUpperCase() ?? "");
    if (picture) {
      const img = make("img");
      img.alt = "";
      img.referrerPolicy = "no-referrer";
      img.onload = () => $("face").replaceChildren(img);
      img.src = picture;
    }
  }
  $("face").dataset.picture = picture ?? "";
  const role = taken ? (company ? t("Customer service at {}", company) : t("Customer service")) : company ? t("{}’s assistant", company) : t("Assistant");
  $("sub").textContent = state === "waiting" ? t("A person will join you here") : role;
}

function footer() {
  const { state, position, wait } = chat.status;
  const asked = chat.outbox.some((e) => e.t === "person" && e.state === "waiting");
  const useful = (chat.bot?.person ?? true) && started && (state === "bot" || state === "resolved");
  $("person").hidden = !useful;
  $("person").disabled = asked;
  $("person").textContent = t(asked ? "Asking for a person…" : "Talk to a person");
  const parts = [t("Waiting for a person")];
  if (position === 1) parts.push(t("you are next"));
  else if (position) parts.push(t("number {} in line", position));
  if (wait) parts.push(wait === 1 ? t("about a minute") : t("about {} minutes", wait));
  $("wait").textContent = state === "waiting" ? parts.join(" · ") : "";
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

/** A soft sound, where nobody looks and nobody has turned it off. */
async function ring({ text }) {
  if ((shown && !document.hidden) || keep(all, `rapport/${bot}/quiet`)) return;
  (await import("./sound.js")).ring(bot, name, text, embedded);
}

/** The last words beside the button, in this frame and not in the website's page. A tap opens the chat. */
async function tease() {
  if (!embedded || !host || shown) return;
  await styled();
  if (shown) return;
  body.classList.add("tease");
  tell({ t: "tease", n: Math.min(200, document.querySelector("header").offsetHeight + log.news + 18) });
}

function focusText() {
  if (!touch.matches) $("text").focus();
}

/** Where the bot asks for consent, nothing is sent before it is given. */
function start() {
  if (started || asking) return;
  if (consent && !chat.begun && chat.consent !== version) {
    asking = Promise.all([import("./consent.js"), styled()]).then(([{ ask }]) => {
      body.classList.add("asks");
      const done = () => ((asking = null), body.classList.remove("asks"));
      asking = ask(consent, { agreed: () => ((chat.consent = version), done(), start(), focusText()), refused: () => tell({ t: "close" }) });
    });
    return;
  }
  started = true;
  firstUpto = chat.seen;
  chat.opening({ consent: chat.consent ?? undefined });
  chat.start();
  log.pending(chat.outbox, false);
}

function show() {
  shown = true;
  body.classList.remove("tease");
  start();
  log.bottom();
  seen();
  focusText();
}

/** The chat is gone from this browser. On a page of its own the next one begins with the next word. */
function gone() {
  keep(own, draft, "");
  keep(all, `rapport/${bot}/quiet`, "");
  text.value = "";
  started = false;
  chat.status = { state: "bot" };
  tell({ t: "reset" });
  hear.status();
  changed();
}

function forget() {
  chat.forget();
  gone();
  if (!embedded) start();
}

// The composer

const text = $("text");
const draft = `rapport/${bot}/draft`;

function changed() {
  $("send").disabled = !text.value.trim() && !clip?.any;
  if (!CSS.supports("field-sizing", "content")) {
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight + 3}px`;
  }
  keep(own, draft, log.secret ? "" : text.value);
}

/** The answer to a secret question shows as dots, and is kept nowhere; a question for a photo points at the clip. */
function asked() {
  const { secret, takes } = log;
  $("clip").hidden = secret;
  $("clip").classList.toggle("wanted", Boolean(takes));
  $("clip").title = $("clip").ariaLabel = t(takes === "photo" ? "Choose a photo" : takes === "file" ? "Choose a file" : "Choose a photo or a file");
  $("file").accept = takes === "photo" ? PICTURES : `${PICTURES},.heic,.pdf,.txt,.csv,.docx,.xlsx`;
  text.classList.toggle("secret", secret);
  text.placeholder = t(secret ? "Not shown, not kept…" : "Write a message…");
}

function send() {
  const words = text.value.trim();
  if (!words && !clip?.any) return;
  start();
  if (asking) return;
  clip?.empty().forEach((file) => chat.send(file));
  if (words) chat.say(words, log.secret);
  text.value = "";
  changed();
  focusText();
}

/** Files from wherever they come. */
async function take(list) {
  const files = [...list];
  if (log.secret || !files.length) return;
  const [{ Clip }] = await Promise.all([import("./clip.js"), styled()]);
  clip ??= new Clip($("tray"), () => (changed(), focusText()), () => $("clip").focus());
  clip.add(files);
}

$("form").addEventListener("submit", (event) => (event.preventDefault(), send()));
text.addEventListener("input", () => (changed(), text.value.trim() && chat.typing()));
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
});
$("clip").onclick = () => $("file").click();
$("file").onchange = () => (take($("file").files), ($("file").value = ""));
const carries = (event, from) => !log.secret && from?.types.includes("Files") && (event.preventDefault(), true);
const over = (yes) => (styled(), body.classList.toggle("dropping", yes));
addEventListener("paste", (event) => carries(event, event.clipboardData) && take(event.clipboardData.files));
addEventListener("dragover", (event) => carries(event, event.dataTransfer) && over(true));
addEventListener("dragleave", (event) => event.relatedTarget || over(false));
addEventListener("drop", (event) => (over(false), carries(event, event.dataTransfer) && take(event.dataTransfer.files)));
$("person").addEventListener("click", () => chat.person());
$("new").addEventListener("click", () => log.bottom());
$("close").addEventListener("click", () => tell({ t: "close" }));
$("more").addEventListener("click", async () => {
  if ($("more").ariaExpanded === "true") return;
  const quiet = keep(all, `rapport/${bot}/quiet`);
  const [{ menu }] = await Promise.all([import("./menu.js"), styled()]);
  menu($("more"), { title, embedded, quiet, log: $("log"), forget, hush: () => keep(all, `rapport/${bot}/quiet`, quiet ? "" : "1") });
});
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && tell({ t: "close" }));
document.addEventListener("visibilitychange", seen);
body.addEventListener("click", () => body.classList.contains("tease") && tell({ t: "open" }));

// The launcher

function tell(message) {
  if (embedded && host) parent.postMessage({ rapport: "frame", ...message }, host);
}

const told = {
  hello: () => chat.begun && start(),
  shown: show,
  hidden: () => (shown = false),
  begin: start,
  send: ({ text: words }) => words.trim() && (start(), asking || chat.say(words.trim().slice(0, 4_000))),
  identify: ({ claim }) => chat.identify(claim),
  event: ({ name: what, with: about }) => (chat.event(what, about), start()),
  reset: forget,
};

addEventListener("message", ({ source, origin, data }) => {
  if (!embedded || source !== parent || data?.rapport !== "host" || (host && host !== origin)) return;
  if (!host) {
    host = origin;
    $("close").hidden = false;
    badge();
  }
  told[data.t]?.(data);
});

text.value = keep(own, draft) ?? "";
asked();
changed();
who();
if (!embedded) show();
// A page that embeds the frame by hand sends no messages: the chat is simply there.
else setTimeout(() => host || show(), HOST_PATIENCE);
