// How many clusters: one bar for each number, as high as the clusters agree with themselves; a click takes it.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".counts");
  if (!root) {
    root = block("counts");
    parentElement.appendChild(root);
  }
  const { bars, current, suggested } = data;
  const step = 20, tall = 30, left = 4, width = left * 2 + step * bars.length, height = tall + 18;
  const svg = element("svg", {
    viewBox: `0 0 ${width} ${height}`, role: "slider", tabindex: 0, "aria-label": "Clusters", "aria-valuemin": bars[0].k,
    "aria-valuemax": bars.at(-1).k, "aria-valuenow": current, "aria-valuetext": said(bars.find((bar) => bar.k === current), suggested),
  });
  const take = (k) => k !== current && bars.some((bar) => bar.k === k) && setTriggerValue("taken", k);
  bars.forEach((bar, place) => {
    const x = left + place * step;
    const group = element("g", { class: `bar ${bar.verdict === "not to be trusted" ? "untrusted" : bar.verdict ?? "unknown"} ${bar.k === current ? "current" : ""}`, "data-k": bar.k });
    const share = bar.agreement ?? 0.12;
    group.append(
      element("rect", { class: "reach", x, y: 0, width: step, height }),
      element("rect", { class: "ground", x: x + 3, y: 2, width: step - 6, height: tall }),
      element("rect", { class: "level", x: x + 3, y: 2 + tall * (1 - share), width: step - 6, height: tall * share }),
    );
    if (bar.verdict === "trusted") group.append(element("path", { class: "tick", d: `M${x + 6} ${tall - 5}l3 3l5 -6` }));
    const number = text(x + step / 2, tall + 14, `${bar.k}${bar.k === suggested ? "★" : ""}`, "number");
    const title = element("title", {});
    title.textContent = said(bar, suggested);
    group.append(number, title);
    group.addEventListener("click", () => take(bar.k));
    svg.append(group);
  });
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!by) return;
    take(current + by);
    event.preventDefault();
  });
  const focused = root.contains(root.getRootNode().activeElement);
  root.replaceChildren(svg);
  if (focused) svg.focus();
}

function said(bar, suggested) {
  if (!bar) return "";
  const worst = bar.agreement === null ? "not checked" : `${bar.verdict}: agrees with itself by ${bar.agreement.toFixed(2)} or more`;
  return `${bar.k} clusters, ${worst}${bar.k === suggested ? ", suggested" : ""}`;
}
