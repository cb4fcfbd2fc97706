/** What stands behind the three dots: the chat to take along, its sound, and an end to it. */
import { act, make, t } from "./parts.js";

/** `chat.log` is what is shown; `chat.quiet` is kept by whoever opens the menu. */
export function menu(button, chat) {
  const close = (back = true) => {
    list.remove();
    button.setAttribute("aria-expanded", false);
    removeEventListener("pointerdown", outside, true);
    if (back) button.focus();
  };
  const outside = (event) => list.contains(event.target) || button.contains(event.target) || close(false);
  const item = (name, label, does) => {
    const el = act(label, () => (close(), does()));
    el.role = "menuitem";
    el.tabIndex = -1;
    el.dataset.test = name;
    return el;
  };
  const list = make(
    "div",
    "menu",
    item("download", t("Save this chat"), () => download(chat)),
    item("mail", t("E-mail this chat"), () => mail(chat)),
    item("sound", chat.quiet ? t("Turn sound on") : t("Turn sound off"), chat.hush),
    ...(chat.embedded || globalThis.Notification?.permission !== "default" ? [] : [item("notify", t("Tell me of answers"), () => Notification.requestPermission())]),
    item("forget", t("Forget this chat"), chat.forget),
  );
  list.role = "menu";
  list.ariaLabel = t("More");
  list.onkeydown = (event) => {
    const all = [...list.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (to !== undefined) all.at(to % all.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  button.after(list);
  button.setAttribute("aria-expanded", true);
  addEventListener("pointerdown", outside, true);
  list.firstChild.focus();
  return close;
}

/** The chat as text, as it stands on the page. */
export function transcript({ title, log }) {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const words = (el) => (el.querySelector("div") ?? el).innerText.trim().replace(/\s*\n\s*/, " ");
  return [title, "", ...[...log.querySelectorAll("[data-at]")].map((el) => `[${time.format(el.dataset.at)}] ${words(el)}`)].join("\r\n");
}

function download(chat) {
  const a = make("a");
  a.href = URL.createObjectURL(new Blob(["\ufeff", transcript(chat), "\r\n"], { type: "text/plain;charset=utf-8" }));
  a.download = `${chat.title.replace(/[^\p{L}\p{N}]+/gu, "-")}-${new Date().toISOString().slice(0, 10)}.txt`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}

/** Mail programs take about 2,000 characters: of a long chat the end goes along. */
function mail(chat) {
  const whole = transcript(chat);
  const body = whole.length > 1_500 ? `…${whole.slice(-1_500)}` : whole;
  const a = make("a");
  a.href = `mailto:?subject=${encodeURIComponent(chat.title)}&body=${encodeURIComponent(body)}`;
  a.target = "_blank";
  a.rel = "noopener";
  a.click();
}
