// A text as a row of boxes, one per token; in each box a lane per unit cluster with what it holds (grey), gained
// (filled) and lost (dashed outline, where it stood); between the boxes how much of the memory was kept.
// Only the columns in sight are in the document, so that thousands of tokens scroll. Text enters by textContent.

const RULER = 18, TOP = 8, METER = 44;

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".glyphs");
  if (!root) {
    root = document.createElement("div");
    root.className = "glyphs";
    parentElement.appendChild(root);
  }
  new Glyphs(root, data, (position) => setTriggerValue("picked", { position }));
}

class Glyphs {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, columns: new Map() });
    this.box = data.noun === "word" ? 46 : 30;
    this.step = this.box + RULER;
    this.lane = data.clusters.length <= 10 ? 40 : 28;
    this.bottom = TOP + this.lane * data.clusters.length;
    this.height = this.bottom + 26 + METER + 16;
    this.draw();
  }

  draw() {
    const { data } = this;
    const left = element("svg", { width: 150, height: this.height });
    left.append(...data.clusters.flatMap((cluster, index) => {
      const middle = this.middle(index);
      return [text(0, middle - 1, `${index + 1} · ${cluster.units} unit${cluster.units === 1 ? "" : "s"}`, "name"),
        text(0, middle + 13, cluster.words, "note")];
    }), text(0, this.bottom + 18, data.noun, "name"),
    text(0, this.bottom + 44, shorten(data.meter.name, 20), "name"), text(0, this.bottom + 58, data.meter.note, "note"));
    this.scroller = document.createElement("div");
    this.scroller.className = "scroller";
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "group");
    this.scroller.setAttribute("aria-label", `${data.tokens.length} tokens, one box each`);
    this.svg = element("svg", { width: data.tokens.length * this.step + RULER, height: this.height });
    this.scroller.append(this.svg);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.root.replaceChildren(left, this.scroller, this.legend(), this.tip);
    this.scroller.addEventListener("scroll", () => this.fill());
    new ResizeObserver(() => this.fill()).observe(this.scroller);
    if (data.picked !== null) this.scroller.scrollLeft = data.picked * this.step - this.scroller.clientWidth / 2;
    this.fill();
  }

  fill() {
    const first = Math.max(0, Math.floor(this.scroller.scrollLeft / this.step) - 4);
    const last = Math.min(this.data.tokens.length, first + Math.ceil(this.scroller.clientWidth / this.step) + 8);
    for (const [position, column] of this.columns) {
      if (position >= first && position < last) continue;
      column.remove();
      this.columns.delete(position);
    }
    for (let position = first; position < last; position++) {
      if (this.columns.has(position)) continue;
      const column = this.column(position);
      this.columns.set(position, column);
      this.svg.append(column);
    }
  }

  middle(cluster) {
    return TOP + this.lane * (cluster + 0.5);
  }

  column(position) {
    const { data } = this;
    const token = data.tokens[position];
    const group = element("g", { class: "column", transform: `translate(${RULER + position * this.step} 0)` });
    group.classList.toggle("picked", position === data.picked);
    const box = element("rect", {
      class: "box", x: 0, y: TOP - 4, width: this.box, height: this.bottom - TOP + 8, rx: 6, role: "button",
      "aria-label": `${token.text}, position ${position + 1}`,
    });
    box.addEventListener("pointerenter", () => this.describe(position, box));
    box.addEventListener("pointerleave", () => this.tip.classList.remove("shown"));
    box.addEventListener("click", () => this.tell(position === data.picked ? null : position));
    group.append(box, ...data.clusters.flatMap((_, cluster) => this.glyph(position, cluster)));
    const label = text(this.box / 2, this.bottom + 18, shorten(token.text), `token${token.known ? "" : " unknown"}`);
    label.setAttribute("text-anchor", "middle");
    group.append(label);
    if (token.bar !== null) {
      const height = (METER - 14) * token.bar;
      const number = text(this.box / 2, this.height - 4, token.label, "note");
      number.setAttribute("text-anchor", "middle");
      group.append(element("rect", {
        class: "meter", x: this.box / 2 - 8, width: 16, y: this.height - 18 - height, height, rx: 1.5,
      }), number);
    }
    return group;
  }

  // One bar: held from below zero to above it; gained parts at its ends, lost parts beyond them.
  glyph(position, cluster) {
    const [up, down, gainedUp, lostUp, gainedDown, lostDown, kept] = this.data.flow[position][cluster];
    const zero = this.middle(cluster), half = this.lane / 2 - 4, width = this.box - 20, x = 10;
    const bar = (className, from, to, inset = 0) => element("rect", {
      class: className, x: x + inset, width: width - 2 * inset,
      y: zero - half * Math.max(from, to), height: Math.max(0, half * Math.abs(to - from)),
    });
    const marks = [
      bar("held", -down, up),
      bar("up", up - gainedUp, up), bar("down", -down, -down + gainedDown),
      bar("lost of-up", up, up + lostUp, 1), bar("lost of-down", -down - lostDown, -down, 1),
      element("line", { class: "zero", x1: 4, x2: this.box - 4, y1: zero, y2: zero }),
    ];
    if (position > 0) {
      const start = -RULER + 4, end = -4;
      marks.push(element("line", { class: "rail", x1: start, x2: end, y1: zero, y2: zero }));
      if (kept > 0.02) marks.push(element("line", { class: "kept", x1: start, x2: start + (end - start) * kept, y1: zero, y2: zero }));
    }
    return marks;
  }

  describe(position, box) {
    const token = this.data.tokens[position];
    const lines = [`${token.text}${token.known ? "" : " (not in the vocabulary: read as <unk>)"}`];
    if (token.said) lines.push(token.said);
    lines.push(this.data.meter.heading, ...token.likeliest.map(([name, p]) => `  ${name}  ${(100 * p).toFixed(1)} %`));
    this.tip.textContent = lines.join("\n");
    this.tip.classList.add("shown");
    const frame = this.root.getBoundingClientRect(), own = box.getBoundingClientRect();
    const right = own.right - frame.left + 6;
    this.tip.style.left = `${right + this.tip.offsetWidth < frame.width ? right : own.left - frame.left - this.tip.offsetWidth - 6}px`;
    this.tip.style.top = `${own.top - frame.top + 8}px`;
  }

  legend() {
    const legend = document.createElement("div");
    legend.className = "legend";
    const bar = (className) => element("rect", { class: className, x: 5, y: 1, width: 14, height: 10 });
    const line = (className, x2) => element("line", { class: className, x1: 3, x2, y1: 6, y2: 6 });
    for (const [marks, caption] of [
      [[bar("held")], "held before and now"],
      [[bar("up")], "gained above zero"],
      [[bar("down")], "gained below zero"],
      [[bar("lost of-up")], "lost above zero"],
      [[bar("lost of-down")], "lost below zero"],
      [[line("rail", 21), line("kept", 14)], "share of the memory kept since the token before"],
    ]) {
      const item = document.createElement("span");
      const sample = element("svg", { viewBox: "0 0 24 12" });
      sample.append(...marks);
      item.append(sample, caption);
      legend.append(item);
    }
    return legend;
  }
}

const shorten = (label, longest = 8) => (label.length > longest ? `${label.slice(0, longest - 1)}…` : label);
