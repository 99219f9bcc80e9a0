// Where the words of A's clusters are in B: a column of clusters on either side, ribbons as wide as the words that they
// share. Hovering answers here, in the browser; a click also tells the server. Text enters by textContent.

const TOP = 40, BAR = 13, SLOT = 36, SPACE = 6, NARROW = 620; // pixels; SLOT is what a cluster's two lines of text need
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
    const rows = Math.max(...data.sides.map((side) => side.clusters.length));
    this.scale = Math.max(1.1, Math.min(2.4, 420 / this.total)); // pixels per word
    this.edges = [label, this.width - label];
    const columns = data.sides.map((side, place) => this.column(side, place));
    const height = Math.max(...columns.map((column) => column.height), TOP + rows * SLOT) + 4;
    for (const column of columns) { // the shorter one stands in the middle
      const shift = (height - column.height) / 2;
      column.slots.forEach((slot) => { slot.y += shift; });
      if (column.only) column.only.y += shift;
    }
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

  column(side, place) {
    const slots = [];
    let y = TOP;
    for (const index of side.order) {
      const tall = Math.max(2, side.clusters[index].words * this.scale);
      const slot = Math.max(SLOT, tall + SPACE);
      slots[index] = { y: y + slot / 2, tall, top: 0 };
      y += slot;
    }
    let only = null;
    if (side.only.length) {
      const tall = Math.min(60, Math.max(4, side.only.length * this.scale));
      only = { y: y + 10 + Math.max(SLOT, tall) / 2, tall };
      y += 10 + Math.max(SLOT, tall);
    }
    return { side, slots, only, height: y, edge: this.edges[place], place };
  }

  ribbons(svg) {
    const [first, second] = this.columns;
    const inOrder = (one, other) => first.side.order.indexOf(one.from) - first.side.order.indexOf(other.from)
      || second.side.order.indexOf(one.to) - second.side.order.indexOf(other.to);
    const sorted = [...this.data.ribbons].sort(inOrder);
    const used = [first.slots.map(() => 0), second.slots.map(() => 0)];
    const x1 = first.edge + BAR, x2 = second.edge - BAR, bend = (x2 - x1) * 0.48;
    const spans = new Map();
    for (const ribbon of sorted) spans.set(ribbon, { tall: ribbon.words.length * this.scale, left: take(first.slots[ribbon.from], used[0], ribbon.from, ribbon.words.length * this.scale) });
    for (const ribbon of [...sorted].sort((one, other) => second.side.order.indexOf(one.to) - second.side.order.indexOf(other.to)
      || first.side.order.indexOf(one.from) - first.side.order.indexOf(other.from))) {
      spans.get(ribbon).right = take(second.slots[ribbon.to], used[1], ribbon.to, ribbon.words.length * this.scale);
    }
    for (const ribbon of [...sorted].sort((one, other) => other.words.length - one.words.length)) { // thin ones on top
      const { tall, left, right } = spans.get(ribbon);
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
      group.setAttribute("aria-label", `${name}: ${plural(cluster.words, this.data.noun)}, ${this.fate(side, index)}`);
      group.append(element("rect", { class: "area", x: left ? 0 : x, y: y - SLOT / 2 + 1, width: left ? edge + BAR : this.width - x, height: SLOT - 2 }));
      const bar = element("rect", { class: "bar", x, y: y - tall / 2, width: BAR, height: tall, rx: 2 });
      bar.style.fill = COLOUR[side.side];
      group.append(bar);
      write(group, y - 2, `${index + 1} · ${cluster.telling.join(" ") || "no words"}`, "name");
      write(group, y + 13, `${cluster.words} · ${this.fate(side, index)}`, "note");
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

  fate(side, index) {
    const { fate, partners } = side.clusters[index];
    const other = side.side === "A" ? "B" : "A";
    const places = partners.map((place) => place + 1).join(", ");
    if (fate === "stays") return `stays: ${other} ${places}`;
    if (fate === "split") return `split: ${other} ${places}`;
    if (fate === "merged") return `merged into ${other} ${places}`;
    return fate === "scattered" ? "scattered" : "too few to tell";
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
    this.tellOf(name, chosen);
  }

  tellOf(name, chosen) {
    const { noun, sides } = this.data;
    const parts = [];
    const say = (bold, rest) => {
      const line = block("line");
      const strong = document.createElement("b");
      strong.textContent = bold;
      line.append(strong, rest);
      parts.push(line);
    };
    if (name === null) say("", `Point at a ribbon or a cluster to see its ${noun}s; a click keeps it. Faint ribbons are no wider than chance makes them.`);
    else if (name.startsWith("only")) {
      const side = sides.find((one) => name.endsWith(one.side));
      say(`Only in ${side.side}, ${plural(side.only.length, noun)} `, side.only.join(" "));
    }
    for (const ribbon of [...chosen].sort((one, other) => other.words.length - one.words.length)) {
      const share = (side, index) => percent(ribbon.words.length / side.clusters[index].words);
      say(
        `${ribbon.name} · ${plural(ribbon.words.length, noun)}, ${share(sides[0], ribbon.from)} of A’s cluster, ${share(sides[1], ribbon.to)} of B’s${ribbon.tied ? "" : " (no more than by chance)"} `,
        ribbon.words.join(" "),
      );
    }
    this.told.replaceChildren(...parts);
  }
}

// The next piece of a cluster's bar, from the top.
function take(slot, used, index, tall) {
  const top = slot.y - slot.tall / 2 + used[index];
  used[index] += tall;
  return top;
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

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
