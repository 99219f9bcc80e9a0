// Words as buttons, each over a bar. Text enters by textContent.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".bars");
  if (!root) parentElement.appendChild((root = block("bars")));
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.label);
  const button = (row, index) => {
    const own = document.createElement("button");
    own.type = "button";
    own.className = "row";
    own.disabled = row.chosen;
    const rare = row.rare ? ", rare" : "";
    own.setAttribute("aria-label", `${row.name}: ${row.figure}, ${row.count.toLocaleString("en")} times${rare}`);
    own.title = row.name;
    const parts = { bar: "", name: row.name, figure: row.figure, count: `${row.count.toLocaleString("en")}×`, rare: row.rare ? "rare" : "" };
    for (const [className, content] of Object.entries(parts)) {
      const part = block(className);
      part.textContent = content;
      own.append(part);
    }
    own.firstChild.style.width = `${(100 * Math.max(0, row.share)).toFixed(1)}%`;
    own.addEventListener("click", () => setTriggerValue("picked", { index }));
    return own;
  };
  root.replaceChildren(...data.rows.map(button));
}
