/** What a customer agrees to before the first word. Until then nothing is sent and nothing is kept. */
import { markdown } from "../shared/md.js";
import { act, make, t } from "./parts.js";

export function ask(words, { agreed, refused }) {
  const yes = act(t("Agree and chat"), () => (panel.remove(), agreed()));
  yes.className = "primary";
  yes.dataset.test = "agree";
  const text = make("div", "", markdown(words));
  text.id = "consent-text";
  text.dir = "auto";
  const panel = make("section", "consent", make("h2", "", t("Before we begin")), text, make("div", "acts", yes, act(t("Not now"), refused)));
  panel.dataset.test = "consent";
  panel.setAttribute("aria-labelledby", "consent-text");
  document.querySelector("main").append(panel);
  yes.focus();
  return panel;
}
