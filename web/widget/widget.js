/*! rapport: the launcher on a website. The chat itself runs in a frame of its own origin; this page cannot read it, nor it this page.
 *  <script src="https://HOST/widget.js" data-bot="bluebird" async></script>   also: data-accent data-side data-lift data-label data-lang
 *  window.rapport(verb, …, { bot }?): open close toggle send identify reset on off event hide show. See docs/embedding.md */
(() => {
  "use strict";
  const tag = document.currentScript;
  const { bot, lang, ...said } = tag?.dataset ?? {};
  // The server puts in what bot.yaml says of each bot.
  const set = RAPPORT_BOTS[bot];
  if (!set) return console.error(`rapport: ${bot ? `there is no bot "${bot}" here` : 'the script tag needs data-bot="…"'}`);
  const origin = new URL(tag.src).origin;
  const flag = `rapport/${bot}`;
  const side = (said.side ?? set.side) === "left" ? "start" : "end";
  const lift = (+(said.lift ?? set.lift ?? 0) || 0) + 20;
  const label = said.label ?? set.label ?? "Chat with us";
  const accent = said.accent ? [said.accent, said.accent] : (set.fill ?? ["#0f6e66", "#5cc7bb"]);
  const ink = said.accent ? ["#fff", "#fff"] : (set.ink ?? ["#fff", "#06201d"]);

  const CSS = `
:host{all:initial;color-scheme:light dark;position:fixed;z-index:2147483000;inset-block-end:${lift}px;inset-inline-${side}:20px;--a:light-dark(${accent});--i:light-dark(${ink})}
:host([hidden]),[hidden]{display:none!important}
button{all:unset;box-sizing:border-box;position:relative;display:grid;place-items:center;inline-size:60px;block-size:60px;border-radius:50%;cursor:pointer;
color:var(--i);background:var(--a);box-shadow:0 2px 6px rgb(0 0 0/.16),0 10px 28px rgb(0 0 0/.18);transition:transform .16s cubic-bezier(.2,.8,.2,1)}
button:hover{transform:translateY(-2px)}button:active{transform:scale(.95)}
button:focus-visible{outline:3px solid var(--a);outline-offset:3px}
svg{inline-size:28px;block-size:28px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;inset-block-start:-3px;inset-inline-end:-3px;min-inline-size:22px;padding:0 6px;box-sizing:border-box;border-radius:11px;border:2px solid #fff;
background:#b3261e;color:#fff;font:600 12px/18px system-ui,sans-serif;text-align:center}b:empty{display:none}
iframe{position:fixed;inset-block-end:${lift + 76}px;inset-inline-${side}:20px;inline-size:400px;block-size:min(720px,100dvh - ${lift + 100}px);
max-inline-size:calc(100vw - 40px);border:0;border-radius:20px;background:light-dark(#fff,#1b1e23);box-shadow:0 2px 6px rgb(0 0 0/.08),0 18px 60px rgb(0 0 0/.22);
transition:opacity .2s,transform .24s cubic-bezier(.2,.8,.2,1),visibility .24s}
iframe.tease{inline-size:300px}
iframe:not(.on,.tease){opacity:0;visibility:hidden;transform:translateY(12px) scale(.97)}
@media(max-width:480px),(max-height:420px){iframe.on{inset:0;inline-size:100vw;block-size:100dvh;max-inline-size:none;border-radius:0}button.on{visibility:hidden}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}`;

  let host, root, button, badge, path, frame;
  let open = false;
  let ready = false;
  let here = null;
  const timers = [];
  /** For the frame, until it listens. */
  let waiting = [];
  const ears = {};

  const make = (name) => document.createElement(name);
  const tell = (event, about) => ears[event]?.forEach((ear) => ear(about));
  const post = (t, about) => (ready ? frame.contentWindow.postMessage({ rapport: "host", t, ...about }, origin) : waiting.push([t, about]));

  function build() {
    host = make("rapport-chat");
    root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
    button = root.appendChild(make("button"));
    button.type = "button";
    const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
    const icon = button.appendChild(svg("svg"));
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    path = icon.appendChild(svg("path"));
    badge = button.appendChild(make("b"));
    button.onclick = () => turn(!open);
    root.addEventListener("keydown", (e) => e.key === "Escape" && open && turn(false));
    document.body.append(host);
    draw();
    // A chat that exists may hold unread answers; nobody else's visit makes a connection before the first click.
    if (known().on) (window.requestIdleCallback ?? setTimeout)(() => load());
    else watch();
  }

  function load(start) {
    stopWatching();
    if (frame) return;
    frame = make("iframe");
    frame.title = label;
    const query = new URLSearchParams({ page: location.origin + location.pathname, ...(lang && { lang }), ...(start && { start }) });
    frame.src = `${origin}/chat/${encodeURIComponent(bot)}?${query}`;
    frame.onload = () => {
      ready = true;
      post("hello");
      for (const [t, about] of waiting.splice(0)) post(t, about);
      if (open) show();
    };
    button.before(frame);
    shape();
  }

  const shape = (height) => {
    if (!frame) return;
    frame.className = open ? "on" : height ? "tease" : "";
    frame.style.blockSize = !open && height ? `${height}px` : "";
  };

  function turn(to) {
    if (open === to) return;
    open = to;
    if (open) load();
    shape();
    if (open) show();
    else {
      post("hidden");
      button.focus();
    }
    draw();
    tell(open ? "open" : "close");
  }

  function show() {
    frame.focus();
    post("shown");
  }

  function draw(unread = badge.textContent) {
    badge.textContent = open ? "" : unread;
    button.className = open ? "on" : "";
    button.setAttribute("aria-expanded", open);
    const [close, news] = set.words ?? ["Close chat", "{} unread"];
    button.setAttribute("aria-label", open ? close : badge.textContent ? `${label}, ${news.replace("{}", badge.textContent)}` : label);
    path.setAttribute("d", open ? "M6 9l6 6 6-6" : "M7 5h10a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-4l-5 4v-4H7a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3z");
  }

  // What happens on the page

  /** Pages and events for which flows begin, for visitors who have no chat yet. */
  function watch() {
    here = location.pathname;
    for (const [flow, pattern, seconds] of set.pages ?? []) if (fits(pattern, here)) timers.push(setTimeout(begin, seconds * 1000, flow));
    if (set.events?.includes("leaving")) document.documentElement.addEventListener("mouseleave", leaving);
    window.navigation?.addEventListener("navigatesuccess", moved);
  }

  const moved = () => location.pathname === here || (stopWatching(), watch());

  function stopWatching() {
    timers.splice(0).forEach(clearTimeout);
    document.documentElement.removeEventListener("mouseleave", leaving);
    window.navigation?.removeEventListener("navigatesuccess", moved);
  }

  /** Once per visitor. */
  function once(name, does) {
    const { did = [] } = known();
    if (did.includes(name)) return;
    keep({ did: [...did, name] });
    does(name);
  }

  const leaving = ({ clientY }) => clientY <= 0 && once("leaving", happened);
  const begin = (flow) => once(flow, () => (load(flow), post("begin")));

  function happened(name, about) {
    if (!known().on && !set.events?.includes(name.toLowerCase())) return console.warn(`rapport: no flow of ${bot} starts when ${name} arrives`);
    load();
    post("event", { name, with: about });
  }

  /** Whether the path of a page fits: `*` stands for any characters. */
  function fits(pattern, at) {
    const plain = (text) => (text.length > 1 ? text.replace(/\/+$/, "") : text);
    return RegExp(`^${plain(pattern).replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(plain(at));
  }

  // What this page keeps: that there is a chat, and what has been offered once

  function known() {
    try {
      return JSON.parse(localStorage.getItem(flag)) ?? {};
    } catch {
      return {};
    }
  }

  function keep(more) {
    try {
      if (more) localStorage.setItem(flag, JSON.stringify({ ...known(), ...more }));
      else localStorage.removeItem(flag);
    } catch {
      // No storage: the next page begins anew.
    }
  }

  addEventListener("message", ({ source, origin: from, data }) => {
    if (!frame || from !== origin || source !== frame.contentWindow || data?.rapport !== "frame") return;
    const { t, n } = data;
    if (t === "close") turn(false);
    else if (t === "open") turn(true);
    else if (t === "unread") {
      draw(n > 9 ? "9+" : n ? String(n) : "");
      tell("unread", n);
    } else if (t === "tease") open || shape(n);
    else if (t === "begun") known().on || (keep({ on: 1 }), tell("begin"));
    else if (t === "identified") tell("identify", data.ok);
    else if (t === "reset") gone();
  });

  /** Nothing of the chat is left on this page. */
  function gone() {
    keep();
    if (open) turn(false);
    frame?.remove();
    frame = null;
    ready = false;
    waiting = [];
    draw("");
    tell("reset");
  }

  function reset() {
    if (!frame && !known().on) return gone();
    load();
    post("reset");
  }

  const mine = {
    open: () => turn(true),
    close: () => turn(false),
    toggle: () => turn(!open),
    send: (text) => (turn(true), post("send", { text: String(text) })),
    identify: (claim) => (post("identify", { claim: typeof claim === "string" ? { token: claim } : claim }), known().on && load()),
    reset,
    event: happened,
    on: (event, ear) => (ears[event] ??= new Set()).add(ear),
    off: (event, ear) => (ear ? ears[event]?.delete(ear) : delete ears[event]),
    hide: () => (host.hidden = true),
    show: () => (host.hidden = false),
  };

  const before = window.rapport;
  const bots = before?.bots ?? new Map();
  const api = before?.bots
    ? before
    : (verb, ...about) => {
        const of = about.at(-1)?.bot ?? (typeof about[0] === "string" && bots.has(about[0]) ? about[0] : null);
        for (const [id, does] of bots) if ((of ?? id) === id) does[verb]?.(...about);
      };
  if (bots.has(bot)) return;
  api.bots = bots;
  const queue = (api.q ??= before?.q ?? []);
  window.rapport = api;
  const start = () => {
    build();
    bots.set(bot, mine);
    // Calls made before: each bot hears those that name it, or nobody.
    for (const [verb, ...about] of queue) if ((about.at(-1)?.bot ?? bot) === bot) mine[verb]?.(...about);
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
