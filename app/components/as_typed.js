// Lets a text area tell the server what is typed while it is typed; of itself it does so only when it is left, or by
// Control-Enter, which is pressed here in the writer's place.

const PAUSE = 400;  // milliseconds without a key

export default function ({ data }) {
  const selector = `.st-key-${data.editor} textarea`;
  let waiting;
  const hand = (area) => {
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
  };
  const typed = ({ target }) => {
    if (!target.matches(selector)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => hand(target), PAUSE);
  };
  document.addEventListener("input", typed);
  document.querySelectorAll(selector).forEach(hand);  // what was typed before this was loaded
  return () => document.removeEventListener("input", typed);
}
