/** Elements, signs and words, made in one line. */

const said = JSON.parse(document.body.dataset.words || "{}");

/** A sentence in the page's language; `{}` are filled in. */
export function t(text, ...parts) {
  return (said[text] ?? text).replace(/\{\}/g, () => parts.shift());
}

/** An element with a class and what is in it. */
export function make(tag, className = "", ...inside) {
  const el = document.createElement(tag);
  if (className) el.className = className;
  el.append(...inside);
  return el;
}

/** A button that does something. */
export function act(label, does) {
  const button = make("button", "", label);
  button.type = "button";
  button.onclick = does;
  return button;
}

/** A sign, by its path. */
export function icon(path) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.appendChild(document.createElementNS(ns, "path")).setAttribute("d", path);
  return svg;
}

let sheet = null;
/** The style of what is rarely there, fetched with the first of it. */
export function styled() {
  return (sheet ??= new Promise((done) => {
    const link = make("link");
    link.rel = "stylesheet";
    link.onload = link.onerror = done;
    link.href = "/assets/widget/more.css";
    document.head.append(link);
  }));
}

/** What is kept in this tab, or for this site; a browser that keeps nothing is no mistake. */
export function keep(store, key, value) {
  try {
    if (value === undefined) return store().getItem(key);
    if (value) store().setItem(key, value);
    else store().removeItem(key);
  } catch {
    return null;
  }
}
