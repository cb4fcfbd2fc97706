/*! rapport: the launcher on a website. The chat itself runs in a frame of its own origin; this page cannot read it, nor it this page.
 *  <script src="https://HOST/widget.js" data-bot="bluebird" async></script>   also: data-accent="#1f5f8b" data-side="left" data-label="Chat"
 *  window.rapport("open" | "close" | "toggle" | "hide" | "show", bot?) */
(() => {
  "use strict";
  const tag = document.currentScript;
  const { bot, accent = "#0f6e66", side, label = "Chat with us" } = tag?.dataset ?? {};
  if (!bot) return console.error('rapport: the script tag needs data-bot="…"');
  const origin = new URL(tag.src).origin;
  const flag = `rapport/${bot}`;

  const CSS = `
:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-${side === "left" ? "start" : "end"}:20px}
:host([hidden]){display:none}
button{all:unset;box-sizing:border-box;position:relative;display:grid;place-items:center;inline-size:60px;block-size:60px;border-radius:50%;cursor:pointer;
color:var(--ink,#fff);background:var(--accent);box-shadow:0 2px 6px rgb(0 0 0/.16),0 10px 28px rgb(0 0 0/.18);transition:transform .16s cubic-bezier(.2,.8,.2,1)}
button:hover{transform:translateY(-2px)}button:active{transform:scale(.95)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
svg{inline-size:28px;block-size:28px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;inset-block-start:-3px;inset-inline-end:-3px;min-inline-size:22px;padding:0 6px;box-sizing:border-box;border-radius:11px;border:2px solid #fff;
background:#b3261e;color:#fff;font:600 12px/18px system-ui,sans-serif;text-align:center}b:empty{display:none}
iframe{position:fixed;inset-block-end:96px;inset-inline-${side === "left" ? "start" : "end"}:20px;inline-size:400px;block-size:min(720px,100dvh - 120px);
max-inline-size:calc(100vw - 40px);border:0;border-radius:20px;background:transparent;box-shadow:0 2px 6px rgb(0 0 0/.08),0 18px 60px rgb(0 0 0/.22);
transform-origin:100% 100%;transition:opacity .2s,transform .24s cubic-bezier(.2,.8,.2,1),visibility .24s}
iframe:not(.on){opacity:0;visibility:hidden;transform:translateY(12px) scale(.97)}
@media(max-width:480px){iframe{inset:0;inline-size:100vw;block-size:100dvh;max-inline-size:none;border-radius:0}button.on{visibility:hidden}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}`;

  let host, button, badge, path, frame;
  let open = false;
  let ready = false;

  const post = (t) => ready && frame.contentWindow.postMessage({ rapport: "host", t }, origin);

  function build() {
    host = document.createElement("rapport-chat");
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
    colour(accent);
    button = root.appendChild(document.createElement("button"));
    button.type = "button";
    const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
    const icon = button.appendChild(svg("svg"));
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    path = icon.appendChild(svg("path"));
    badge = button.appendChild(document.createElement("b"));
    button.onclick = () => turn(!open);
    root.addEventListener("keydown", (e) => e.key === "Escape" && open && turn(false));
    document.body.append(host);
    draw();
    // A chat that exists may hold unread answers; nobody else's visit makes a connection before the first click.
    if (stored()) (window.requestIdleCallback ?? setTimeout)(load);
  }

  function load() {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = label;
    frame.src = `${origin}/chat/${encodeURIComponent(bot)}?page=${encodeURIComponent(location.origin + location.pathname)}`;
    frame.onload = () => {
      ready = true;
      post("hello");
      if (open) show();
    };
    button.before(frame);
    frame.className = open ? "on" : "";
  }

  function turn(to) {
    open = to;
    if (open) load();
    if (frame) frame.className = open ? "on" : "";
    if (open) show();
    else {
      post("hidden");
      button.focus();
    }
    draw();
  }

  function show() {
    frame.focus();
    post("shown");
  }

  function draw(unread = badge.textContent) {
    badge.textContent = open ? "" : unread;
    button.className = open ? "on" : "";
    button.setAttribute("aria-expanded", open);
    button.setAttribute("aria-label", open ? "Close chat" : badge.textContent ? `${label}, ${unread} unread` : label);
    path.setAttribute("d", open ? "M6 9l6 6 6-6" : "M7 5h10a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-4l-5 4v-4H7a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3z");
  }

  function colour(fill, ink) {
    host.style.setProperty("--accent", fill);
    if (ink) host.style.setProperty("--ink", ink);
  }

  function stored(value) {
    try {
      return value ? localStorage.setItem(flag, value) : localStorage.getItem(flag);
    } catch {
      return null;
    }
  }

  addEventListener("message", ({ source, origin: from, data }) => {
    if (!frame || from !== origin || source !== frame.contentWindow || data?.rapport !== "frame") return;
    if (data.t === "close") turn(false);
    else if (data.t === "unread") draw(data.n > 9 ? "9+" : data.n ? String(data.n) : "");
    else if (data.t === "look") colour(data.accent, data.ink);
    else if (data.t === "begun") stored("1");
  });

  const api = (window.rapport?.bots && window.rapport) || Object.assign((act, of) => api.bots.forEach((b, id) => (of ?? id) === id && b[act]?.()), { bots: new Map() });
  const queue = window.rapport?.q ?? [];
  window.rapport = api;
  const start = () => {
    build();
    api.bots.set(bot, {
      open: () => turn(true),
      close: () => open && turn(false),
      toggle: () => turn(!open),
      hide: () => (host.hidden = true),
      show: () => (host.hidden = false),
    });
    for (const call of queue) api(...call);
  };
  if (api.bots.has(bot)) return;
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
