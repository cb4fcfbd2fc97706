/** Light Markdown to DOM nodes: `*emphasis*`, `**strong**`, links and lists with `- `. Text only ever becomes text nodes. */

const PIECES = /\\([\\*_[\]()\-])|\*\*(?=\S)([^\n]*?[^\s])\*\*|\*(?=[^\s*])([^*\n]*[^\s*]|[^\s*])\*(?!\w)|\[([^\]\n]+)\]\(([^()\s]+)\)|\b(https?:\/\/[^\s<>"]+)/g;
const LINKS_ONLY = /\b(https?:\/\/[^\s<>"]+)/g;
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** Words of a bot or an agent. */
export function markdown(text) {
  const out = document.createDocumentFragment();
  let list = null;
  let paragraph = null;
  for (const line of String(text).split(/\r?\n/)) {
    const point = /^\s*- +(\S.*)$/.exec(line);
    if (point) {
      paragraph = null;
      list ??= out.appendChild(document.createElement("ul"));
      inline(list.appendChild(document.createElement("li")), point[1]);
      continue;
    }
    list = null;
    if (!line.trim()) {
      paragraph = null;
      continue;
    }
    if (paragraph) paragraph.append(document.createElement("br"));
    paragraph ??= out.appendChild(document.createElement("p"));
    inline(paragraph, line);
  }
  return out;
}

/** A customer's words, as they were written; only web addresses become links. */
export function plain(text) {
  const out = document.createElement("p");
  let from = 0;
  for (const found of String(text).matchAll(LINKS_ONLY)) {
    out.append(text.slice(from, found.index));
    from = found.index + bare(out, found[0]);
  }
  out.append(String(text).slice(from));
  return out;
}

function inline(into, text) {
  let from = 0;
  for (const found of text.matchAll(PIECES)) {
    // A web address that was cut short leaves its tail; a match inside what is done already is passed over.
    if (found.index < from) continue;
    into.append(text.slice(from, found.index));
    const [whole, escaped, strong, emphasis, label, address, web] = found;
    from = found.index + whole.length;
    if (escaped) into.append(escaped);
    else if (strong) inline(into.appendChild(document.createElement("strong")), strong);
    else if (emphasis) inline(into.appendChild(document.createElement("em")), emphasis);
    else if (label) into.append(link(label, address) ?? whole);
    else if (web) from = found.index + bare(into, web);
  }
  into.append(text.slice(from));
}

/** A web address in running text, without the full stop that ends the sentence. Returns how much of it was taken. */
function bare(into, address) {
  const taken = address.replace(/[.,;:!?'")\]]+$/, "");
  into.append(link(taken, taken) ?? taken);
  return taken.length;
}

export function link(label, address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!SCHEMES.has(url.protocol)) return null;
  const a = document.createElement("a");
  a.href = url.href;
  a.target = "_blank";
  a.rel = "noopener noreferrer";
  a.textContent = label;
  return a;
}
