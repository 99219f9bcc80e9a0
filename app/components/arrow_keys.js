// ← and → press two buttons of the page, unless what has the focus makes something of the keys itself.

const LISTENS = "input, textarea, select, canvas, [contenteditable], [role=slider], [role=radio], [role=tab], "
  + "[role=option], [role=listbox], [role=combobox], [role=grid], [role=menu], [role=dialog]";

export default function ({ data }) {
  const pressed = (event) => {
    const key = data[event.key];
    if (!key || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target !== document.body && target.matches(LISTENS)) return;
    const button = document.querySelector(`.st-key-${key} button`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}
