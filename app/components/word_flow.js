// Where the words of A's clusters are in B: a column of clusters on either side, ribbons as wide as the words that they
// share. Hovering answers here, in the browser; a click also tells the server. Text enters by textContent.

const NARROW = 620; // pixels
const COLOUR = { A: "var(--first)", B: "var(--second)" };

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".flow");
  if (!root) {
    root = block("flow");
    parentElement.appendChild(root);
  }
  root.observer?.disconnect();
  const flow = new WordFlow(root, data, (name) => setTriggerValue("picked", { name }));
  root.observer = new ResizeObserver(() => flow.fit());
  root.observer.observe(root);
  flow.fit();
  return () => root.observer.disconnect();
}

class WordFlow {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, width: 0, picked: data.picked });
    this.total = data.ribbons.reduce((sum, ribbon) => sum + ribbon.words.length, 0);
    for (const ribbon of data.ribbons) ribbon.name = `A ${ribbon.from + 1} → B ${ribbon.to + 1}`;
  }

  fit() {
    const width = Math.round(this.root.clientWidth);
    if (!width || width === this.width) return;
    this.width = width;
    this.draw();
  }

  // ---- drawing ----

  draw() {
    const { data } = this;
    const label = Math.min(290, this.width * (this.width < NARROW ? 0.3 : 0.31));
    this.scale = Math.max(1.1, Math.min(2.4, 420 / this.total)); // pixels per word
    this.edges = [label, this.width - label];
    const [columns, height] = layOutFlow(data.sides, this.edges, this.scale);
    this.columns = columns;
    const svg = element("svg", { viewBox: `0 0 ${this.width} ${height}`, height, role: "group", "data-figure": "Flow of words between clusters" });
    svg.setAttribute("aria-label", `Flow of ${this.total} ${data.noun}s between the clusters of A and B`);
    this.marks = new Map();
    this.ribbons(svg);
    columns.forEach((column, place) => this.side(svg, column, place));
    svg.addEventListener("pointerleave", () => this.show(this.picked));
    this.told = block("told");
    this.told.setAttribute("aria-live", "polite");
    this.root.replaceChildren(svg, this.told);
    for (const { text: mark, room } of this.labels) fitText(mark, room);
    this.show(this.picked);
  }

  ribbons(svg) {
    const [first, second] = this.columns;
    const x1 = first.edge + BAR, x2 = second.edge - BAR, bend = (x2 - x1) * 0.48;
    for (const [ribbon, { tall, left, right }] of layOutRibbons(this.data.ribbons, this.columns, this.scale)) {
      const mark = element("path", {
        class: ribbon.tied ? "ribbon" : "ribbon chance",
        d: `M${x1} ${left}C${x1 + bend} ${left} ${x2 - bend} ${right} ${x2} ${right}V${right + tall}`
          + `C${x2 - bend} ${right + tall} ${x1 + bend} ${left + tall} ${x1} ${left + tall}Z`,
        tabindex: ribbon.tied ? 0 : -1,
        role: "button",
        "aria-label": `${ribbon.name}: ${plural(ribbon.words.length, this.data.noun)}`,
      });
      this.interactive(mark, ribbon.name);
      svg.append(mark);
    }
  }

  side(svg, column, place) {
    const { side, slots, only, edge } = column;
    const left = place === 0;
    const x = left ? edge : edge - BAR, outside = left ? edge - 8 : edge + 8;
    const anchor = left ? "end" : "start";
    this.labels = left ? [] : this.labels;
    const room = (left ? edge : this.width - edge) - 10;
    const write = (parent, y, content, className) => {
      const mark = text(outside, y, content, className);
      mark.setAttribute("text-anchor", anchor);
      parent.append(mark);
      this.labels.push({ text: mark, room });
    };
    write(svg, 16, side.side, "heading");
    svg.lastChild.style.fill = COLOUR[side.side];
    write(svg, 32, side.what, "note");
    side.clusters.forEach((cluster, index) => {
      const { y, tall } = slots[index];
      const name = `${side.side} ${index + 1}`;
      const group = element("g", { class: "cluster", tabindex: 0, role: "button" });
      group.setAttribute("aria-label", `${name}: ${plural(cluster.words, this.data.noun)}, ${fateOf(side, index)}`);
      group.append(element("rect", { class: "area", x: left ? 0 : x, y: y - SLOT / 2 + 1, width: left ? edge + BAR : this.width - x, height: SLOT - 2 }));
      const bar = element("rect", { class: "bar", x, y: y - tall / 2, width: BAR, height: tall, rx: 2 });
      bar.style.fill = COLOUR[side.side];
      group.append(bar);
      write(group, y - 2, `${index + 1} · ${cluster.telling.join(" ") || "no words"}`, "name");
      write(group, y + 13, `${cluster.words} · ${fateOf(side, index)}`, "note");
      this.interactive(group, name);
      svg.append(group);
    });
    if (only) {
      const group = element("g", { class: "cluster only", tabindex: 0, role: "button" });
      group.setAttribute("aria-label", `only in ${side.side}: ${side.only.length}`);
      group.append(element("rect", { class: "bar", x, y: only.y - only.tall / 2, width: BAR, height: only.tall, rx: 2 }));
      write(group, only.y + 4, `${side.only.length} only in ${side.side}`, "note");
      this.interactive(group, `only ${side.side}`);
      svg.append(group);
    }
  }

  interactive(mark, name) {
    const marks = this.marks.get(name) ?? [];
    this.marks.set(name, [...marks, mark]);
    mark.addEventListener("pointerenter", () => this.show(name));
    mark.addEventListener("focus", () => this.show(name));
    mark.addEventListener("blur", () => this.show(this.picked));
    mark.addEventListener("click", () => this.pick(name));
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.pick(name);
    });
  }

  pick(name) {
    this.picked = this.picked === name ? null : name;
    this.show(this.picked);
    if (!name.startsWith("only")) this.tell(this.picked); // what is only here is looked at here
  }

  // ---- what is shown for a name: a cluster, a ribbon, or null for nothing ----

  show(name) {
    const chosen = this.data.ribbons.filter((ribbon) => ribbon.name === name || `A ${ribbon.from + 1}` === name || `B ${ribbon.to + 1}` === name);
    const on = new Set(chosen.map((ribbon) => ribbon.name));
    this.root.classList.toggle("busy", on.size > 0);
    for (const [own, marks] of this.marks) for (const mark of marks) {
      mark.classList.toggle("on", on.has(own) || own === name);
      mark.classList.toggle("picked", own === this.picked);
    }
    this.told.replaceChildren(...flowLines(this.data, name, chosen));
  }
}

// Cut a label that is wider than its room; the whole of it goes into a tooltip.
function fitText(mark, room) {
  const whole = mark.textContent;
  if (mark.getComputedTextLength() <= room) return;
  let length = whole.length;
  while (length > 1 && mark.getComputedTextLength() > room) {
    length = Math.min(length - 1, Math.floor((length * room) / mark.getComputedTextLength()));
    mark.textContent = `${[...whole].slice(0, length).join("")}…`;
  }
  const title = element("title", {});
  title.textContent = whole;
  mark.append(title);
}
