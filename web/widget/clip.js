/** Photos and files that are chosen, dropped or pasted wait above the composer until they are sent. Fetched with the first. */
import { icon, make, t } from "./parts.js";

const PICTURES = "image/jpeg,image/png,image/gif,image/webp";

/** `1.4 MB`, `20 KB`. */
export function size(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What is known of a file: a picture of it, or a sign with its name and size. */
export function face({ name, size: bytes, type }, url) {
  const sign = make("span", "doc", icon("M14 3H6v18h12V7zM14 3v4h4"), make("span", "", make("b", "", name), make("small", "", size(bytes))));
  if (url || shows(type)) {
    const img = make("img");
    img.alt = t("Photo {}", name);
    img.draggable = false;
    img.onerror = () => img.replaceWith(sign);
    if (url) img.src = url;
    return img;
  }
  return sign;
}

/** Whether every browser can show it. */
export const shows = (type) => PICTURES.includes(type || "?");

export class Clip {
  /** Files that are not sent yet. */
  #files = [];

  /** `changed()` is called when there is more or less to send, `back()` when one was taken out. */
  constructor(tray, changed, back) {
    this.tray = tray;
    this.changed = changed;
    this.back = back;
  }

  get any() {
    return this.#files.length > 0;
  }

  add(list) {
    this.#files.push(...list);
    this.#show();
  }

  /** Hands over what waits. */
  empty() {
    const files = this.#files;
    this.#files = [];
    this.#show();
    return files;
  }

  #show() {
    for (const img of this.tray.querySelectorAll("img")) URL.revokeObjectURL(img.src);
    this.tray.replaceChildren(...this.#files.map((file) => this.#waiting(file)));
    this.tray.hidden = !this.any;
    this.changed();
  }

  #waiting(file) {
    const out = make("button", "", "×");
    out.type = "button";
    out.ariaLabel = t("Take out {}", file.name);
    out.onclick = () => {
      this.#files = this.#files.filter((f) => f !== file);
      this.#show();
      this.back();
    };
    const el = make("li", "", face(file, shows(file.type) && URL.createObjectURL(file)), out);
    el.dataset.test = "chosen";
    return el;
  }
}
