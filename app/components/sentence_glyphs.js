// Texts as rows of boxes, one per token; in each box a lane per unit cluster with what it holds (grey), gained (filled)
// and lost (dashed outline, where it stood); between the boxes how much of the memory was kept. Several texts stand one
// under another on one scale. Only the columns in sight are in the document, so that thousands of tokens scroll.
// Hovering is answered here; picks and the window go to the server. Text enters by textContent.

const NARROWEST = 9; // pixels of a column

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".glyphs");
  if (!root) {
    root = block("glyphs");
    parentElement.appendChild(root);
  }
  if (root.glyphs?.data.key === data.key) { // the same picture: nothing moves under the reader's hand
    root.glyphs.pick(data.picked);
  } else {
    root.glyphs?.observer.disconnect();
    root.glyphs = new Glyphs(root, data, setTriggerValue);
  }
  return () => root.glyphs?.observer.disconnect();
}

class Glyphs extends GlyphDrawing {
  constructor(root, data, tell) {
    super(data);
    Object.assign(this, { root, tell, drawn: new Map(), cursor: null });
    this.build();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.scroller);
  }

  // ---- what is in sight ----

  get inSight() { return this.width / this.step; }

  build() {
    const { data } = this;
    this.scroller = block("scroller");
    this.scroller.tabIndex = 0;
    const counts = this.rows.map((row) => row.tokens.length.toLocaleString("en")).join(" and ");
    setAll(this.scroller, { role: "group", "aria-label": `${counts} tokens, one box each; arrow keys move, Enter picks` });
    // The picture is as wide as its place and stands still; the track with the columns moves behind a window in it.
    this.svg = element("svg", { height: this.height, "data-figure": data.title });
    this.svg.whole = () => this.root.appendChild(printedGlyphs(this.data)); // what an export takes instead
    this.left = element("g", {});
    this.left.append(...this.rows.flatMap((row, place) => this.names(row, place)));
    this.left.querySelectorAll(".cluster").forEach((group, place) => this.listen(group, place % data.clusters.length));
    this.view = element("svg", { x: NAMES, height: this.height });
    this.track = element("g", {});
    this.bands = this.rows.map((_, row) => element("rect", { class: "band", x: 0, y: this.tops[row], height: this.lane }));
    this.ground = element("rect", { class: "ground", height: this.height });
    this.track.append(...this.bands);
    this.view.append(this.ground, this.track);
    this.svg.append(this.left, this.view);
    this.room = block("room");
    this.room.append(this.svg);
    this.scroller.append(this.room);
    this.tip = block("tip");
    this.spoken = block("spoken");
    this.spoken.setAttribute("aria-live", "polite");
    const lines = this.rows.map((row) => Array.from({ length: this.columns }, (_, column) => row.changes[column - row.offset] ?? null));
    this.strip = new OverviewStrip(lines, this.columns, data.noun, Math.min(this.columns, 3), (from, to, done) => this.look(from, to, done));
    const caption = block("strip-caption");
    caption.textContent = "whole text: change per token";
    this.root.replaceChildren(caption, this.strip.root, this.scroller, this.legend(), this.tip, this.spoken);
    this.scroller.addEventListener("scroll", () => this.scrolled());
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    this.view.addEventListener("pointermove", (event) => this.hover(this.at(event), event));
    this.view.addEventListener("pointerleave", () => this.leave());
    this.view.addEventListener("click", (event) => this.choose(this.at(event)));
  }

  // The name of a cluster lights it, tells of it, and leads to it.
  listen(group, index) {
    const tell = (event) => this.hoverCluster(index, event.currentTarget), choose = () => this.tell("picked", { cluster: index });
    for (const kind of ["pointerenter", "focus"]) group.addEventListener(kind, tell);
    for (const kind of ["pointerleave", "blur"]) group.addEventListener(kind, () => this.leave());
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose();
    });
  }

  resize() {
    const width = this.scroller.clientWidth - NAMES;
    if (width <= 0 || width === this.width) return;
    const first = this.width === undefined;
    this.width = width;
    setAll(this.svg, { width: width + NAMES });
    for (const part of [this.view, this.ground]) part.setAttribute("width", width);
    this.strip.fit(width);
    if (!first) return this.look(this.scroller.scrollLeft / this.step, this.scroller.scrollLeft / this.step + width / this.step, false);
    this.usual = this.usualStep(width);
    const fits = this.columns * this.usual <= width;
    this.root.classList.toggle("whole", fits); // nothing to zoom
    const span = Math.min(this.columns, width / this.usual);
    const middle = this.data.picked && this.data.centred ? this.column(this.data.picked) : 0;
    const from = middle > span * 0.8 ? Math.min(this.columns - span, middle - span / 2) : 0;
    this.look(...(this.data.window ?? [from, from + (fits ? width / this.usual : span)]), false);
    this.said = Object.values(this.seen()).join("-");
  }

  // Shows the columns from … to; wide enough to be read, narrow enough to be seen.
  look(from, to, done) {
    const step = Math.max(NARROWEST, Math.min(110, this.width / Math.max(1e-9, to - from)));
    if (step !== this.step) {
      this.step = step;
      this.room.style.width = `${NAMES + this.columns * step + this.ruler}px`;
      for (const band of this.bands) band.setAttribute("width", this.columns * step + this.ruler);
      for (const group of this.drawn.values()) group.remove();
      this.drawn.clear();
    }
    this.scroller.scrollLeft = from * step;
    this.scrolled();
    if (done) this.report();
  }

  scrolled() {
    this.track.setAttribute("transform", `translate(${-this.scroller.scrollLeft} 0)`);
    const from = this.scroller.scrollLeft / this.step;
    this.strip.show(from, Math.min(this.columns, from + this.inSight));
    this.fill();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.report(), 600);
  }

  // The columns in sight become part of the address once they rest and are not what they were at first.
  report() {
    clearTimeout(this.waiting);
    const seen = this.seen(), said = Object.values(seen).join("-");
    if (this.said === said || this.root.classList.contains("whole")) return;
    this.said = said;
    this.tell("window", seen);
  }

  seen() {
    const from = this.scroller.scrollLeft / this.step;
    return { from: Math.round(from), to: Math.round(Math.min(this.columns, from + this.inSight)) };
  }

  fill() {
    const first = Math.max(0, Math.floor(this.scroller.scrollLeft / this.step) - 3);
    const last = Math.min(this.columns, first + Math.ceil(this.inSight) + 6);
    for (const [column, group] of this.drawn) {
      if (column >= first && column < last) continue;
      group.remove();
      this.drawn.delete(column);
    }
    for (let column = first; column < last; column++) {
      if (this.drawn.has(column)) continue;
      const group = this.cells(column, column);
      this.drawn.set(column, group);
      this.track.append(group);
    }
  }

  column({ row, position }) { return this.rows[row].offset + position; }

  // ---- hover, keys, picks ----

  at(event) {
    const frame = this.svg.getBoundingClientRect(), y = event.clientY - frame.top;
    const column = Math.floor((event.clientX - frame.left - NAMES + this.scroller.scrollLeft - this.ruler) / this.step);
    const place = this.tops.findLastIndex((top) => y >= top - 4);
    const row = this.rows[place], position = row ? column - row.offset : -1;
    if (!row || position < 0 || position >= row.tokens.length || y > this.tops[place] + this.lanes + this.below + 2 * METER) return null;
    const lane = Math.floor((y - this.tops[place]) / this.lane);
    return { row: place, position, cluster: lane >= 0 && lane < this.data.clusters.length ? lane : null };
  }

  hover(target, anchor) {
    if (!target) return this.leave();
    this.light(target.cluster);
    const said = describePlace(this, target);
    this.tip.textContent = said;
    this.tip.classList.add("shown");
    const frame = this.root.getBoundingClientRect(), x = anchor.clientX - frame.left, y = anchor.clientY - frame.top;
    const width = this.tip.offsetWidth, height = this.tip.offsetHeight;
    this.tip.style.left = `${x + 18 + width < frame.width ? x + 18 : Math.max(0, x - width - 18)}px`;
    this.tip.style.top = `${Math.max(0, Math.min(y + 12, frame.height - height))}px`;
  }

  hoverCluster(index, anchor) {
    this.light(index);
    this.tip.textContent = describeCluster(this.data.clusters[index], index);
    this.tip.classList.add("shown");
    const frame = this.root.getBoundingClientRect(), own = anchor.getBoundingClientRect();
    this.tip.style.left = `${NAMES + 8}px`;
    this.tip.style.top = `${own.top - frame.top}px`;
  }

  leave() {
    this.light(null);
    this.tip.classList.remove("shown");
  }

  // One cluster in all texts; the others step back.
  light(cluster) {
    if (cluster === this.lit) return;
    this.lit = cluster;
    this.bands.forEach((band, row) => {
      band.classList.toggle("shown", cluster !== null);
      if (cluster !== null) band.setAttribute("y", this.tops[row] + this.lane * cluster);
    });
    this.left.querySelectorAll(".cluster").forEach((group, place) => group.classList.toggle("lit", place % this.data.clusters.length === cluster));
    for (const group of this.drawn.values()) {
      group.querySelectorAll(".lane").forEach((lane, place) => lane.classList.toggle("faint", cluster !== null && place % this.data.clusters.length !== cluster));
    }
  }

  key(event) {
    if (event.target !== this.scroller) return;
    const cursor = this.cursor ?? this.data.picked ?? { row: 0, position: -1 };
    let { row, position } = cursor;
    if (event.key === "ArrowRight") position += 1;
    else if (event.key === "ArrowLeft") position -= 1;
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const other = row + (event.key === "ArrowDown" ? 1 : -1);
      if (!this.rows[other]) return;
      position += this.rows[row].offset - this.rows[other].offset; // the box above or below
      row = other;
    } else if (event.key === "Home") position = 0;
    else if (event.key === "End") position = this.rows[row].tokens.length - 1;
    else if ((event.key === "Enter" || event.key === " ") && this.cursor) {
      event.preventDefault();
      return this.choose(this.cursor);
    } else return;
    event.preventDefault();
    this.cursor = { row, position: Math.max(0, Math.min(this.rows[row].tokens.length - 1, position)), cluster: null };
    const x = this.column(this.cursor) * this.step;
    if (x < this.scroller.scrollLeft || x + 2 * this.step > this.scroller.scrollLeft + this.width) this.scroller.scrollLeft = x - this.width / 2;
    this.fill();
    this.mark();
    this.spoken.textContent = describePlace(this, this.cursor);
  }

  choose(target) {
    if (!target) return;
    const { row, position } = target, again = this.isPicked(row, position);
    this.pick(again ? null : { row, position });
    this.tell("picked", again ? { position: null } : { row, position });
  }

  pick(picked) {
    this.data.picked = picked;
    this.mark();
  }

  mark() {
    const name = ({ row, position }) => `${row}-${position}`;
    for (const group of this.drawn.values()) {
      for (const cell of group.children) {
        cell.classList.toggle("picked", this.data.picked !== null && cell.dataset.place === name(this.data.picked));
        cell.classList.toggle("cursor", this.cursor !== null && cell.dataset.place === name(this.cursor));
      }
    }
  }

  legend() {
    const legend = block("legend");
    for (const [marks, caption] of glyphLegend()) {
      const item = document.createElement("span"), sample = element("svg", { viewBox: "0 0 24 12" });
      sample.append(...marks);
      item.append(sample, caption);
      legend.append(item);
    }
    const scale = document.createElement("span");
    scale.textContent = describeScale(this);
    legend.append(scale);
    return legend;
  }
}
