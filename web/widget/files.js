/** The paper clip: photos and files are chosen, dropped or pasted, and wait above the composer until they are sent. */
import { icon, make } from "./parts.js";

const PICTURES = "image/jpeg,image/png,image/gif,image/webp";
const ALL = `${PICTURES},.heic,.pdf,.txt,.csv,.docx,.xlsx`;

/** `1.4 MB`, `20 KB`. */
export function size(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What is known of a file: a picture of it, or a sign with its name and size. */
export function face({ name, size: bytes, type }, url) {
  const sign = make("span", "doc", icon("file"), make("span", "", make("b", "", name), make("small", "", size(bytes))));
  if (url || shows(type)) {
    const img = make("img");
    img.alt = `Photo ${name}`;
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
  #off = false;

  /** `changed()` is called when there is more or less to send. */
  constructor(form, changed) {
    this.changed = changed;
    this.button = form.querySelector("#clip");
    this.input = form.querySelector("#file");
    this.tray = document.getElementById("tray");
    this.button.onclick = () => this.input.click();
    this.input.onchange = () => {
      this.add(this.input.files);
      this.input.value = "";
    };
    addEventListener("paste", (event) => this.#take(event, event.clipboardData));
    const over = (yes) => document.body.classList.toggle("dropping", yes);
    addEventListener("dragover", (event) => this.#carries(event) && (event.preventDefault(), over(true)));
    addEventListener("dragleave", (event) => event.relatedTarget || over(false));
    addEventListener("drop", (event) => (over(false), this.#take(event, event.dataTransfer)));
  }

  get any() {
    return this.#files.length > 0;
  }

  /** What the open question takes: `photo`, `file` or nothing in particular; not at all where it asks for a secret. */
  wants(takes, secret) {
    this.#off = secret;
    this.button.hidden = secret;
    this.button.classList.toggle("wanted", Boolean(takes));
    this.button.title = this.button.ariaLabel = takes === "photo" ? "Choose a photo" : takes === "file" ? "Choose a file" : "Choose a photo or a file";
    this.input.accept = takes === "photo" ? PICTURES : ALL;
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

  #carries(event) {
    return !this.#off && event.dataTransfer?.types.includes("Files");
  }

  #take(event, from) {
    if (this.#off || !from?.files.length) return;
    event.preventDefault();
    this.add(from.files);
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
    out.ariaLabel = `Take out ${file.name}`;
    out.onclick = () => {
      this.#files = this.#files.filter((f) => f !== file);
      this.#show();
      this.button.focus();
    };
    const el = make("li", "", face(file, shows(file.type) && URL.createObjectURL(file)), out);
    el.dataset.test = "chosen";
    return el;
  }
}
