// Exports what the page shows: each figure as SVG or PNG, and the whole page as one HTML file that needs nothing else.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".export");
  if (!root) {
    root = block("export");
    parentElement.appendChild(root);
    root.append(...panel(root));
  }
  root.ask = () => setTriggerValue("wanted", Date.now());
  root.settings = data;
  if (data.tables && root.asked) {
    root.asked = false;
    savePage(data);
  }
}

function panel(root) {
  const list = block("list");
  list.hidden = true;
  const open = button("Export this page", () => {
    list.hidden = !list.hidden;
    open.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) list.replaceChildren(...choices(root));
  });
  open.setAttribute("aria-expanded", "false");
  return [open, list];
}

function choices(root) {
  const found = figures();
  const rows = found.map((figure) => {
    const row = block("figure");
    const name = block("title");
    name.textContent = titleOf(figure);
    const say = (kind) => `${titleOf(figure)} as ${kind}`;
    row.append(name, button("SVG", () => saveSvg(figure, root.settings), say("SVG")), button("PNG", () => savePng(figure, root.settings), say("PNG")));
    return row;
  });
  const whole = button("Whole page as HTML", () => {
    root.asked = true;
    root.ask();
  });
  const note = block("note");
  note.textContent = found.length ? "Numbers: “Download as CSV” under each table." : "No figure on this page yet.";
  return [...rows, whole, note];
}

function button(caption, act, label) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = caption;
  if (label) node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}
