/** Buttons of a question for feedback: five steps, or two thumbs. Fetched with the first. */
import { icon, make, t } from "./parts.js";

const UP = "M7 10v10H4V10zM7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 17.7 20H7";
const DOWN = "M7 14V4H4v10zM7 13l4 8a2.5 2.5 0 0 0 2.5-2.5V15H19a2 2 0 0 0 2-2.4l-1.3-7A2 2 0 0 0 17.7 4H7";

/** Turns `buttons` into a scale, if they are still there. */
export function draw(row, buttons, choices, scale) {
  if (buttons[0].parentNode !== row) return;
  row.className = "choices scale";
  buttons.forEach((button, i) => {
    const { id, label } = choices[i];
    const thumb = scale === "thumbs" && (/^(5|up|yes)$/i.test(id) ? "up" : "down");
    button.replaceChildren(thumb ? icon(thumb === "up" ? UP : DOWN) : String(i + 1));
    button.ariaLabel = words(label) ?? (thumb ? t(`Thumbs ${thumb}`) : t("{} of 5", i + 1));
  });
  if (scale !== "one_to_five") return;
  const [low, high] = [choices[0].label, choices.at(-1).label];
  row.append(make("small", "", make("span", "", words(low) ?? t("Not good")), make("span", "", words(high) ?? t("Very good"))));
}

/** A label that says more than its number. */
function words(label) {
  return /[^\d\s]/u.test(label ?? "") ? label : null;
}
