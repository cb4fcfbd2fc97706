/** Elements and signs, made in one line. */

/** An element with a class and what is in it. */
export function make(tag, className = "", ...inside) {
  const el = document.createElement(tag);
  if (className) el.className = className;
  el.append(...inside);
  return el;
}

export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(ns, "use")).setAttribute("href", `#i-${name}`);
  return svg;
}
