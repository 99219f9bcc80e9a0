// Glyphs of a long text: the columns in sight, which alone are in the document, a strip of the whole text above them, and
// the window that goes to the address. It answers no pointer but the strip's.

const NARROWEST = 9; // pixels of a column

// What Glyphs, which answers pointer and keys, stands on.
class ScrolledGlyphs extends GlyphDrawing {
  // tell("window", { from, to }): the columns in sight, once they rest.
  constructor(root, data, tell) {
    super(data);
    Object.assign(this, { root, tell, drawn: new Map() });
    this.build();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.scroller);
  }

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
    const lines = this.rows.map((row) => Array.from({ length: this.columns }, (_, column) => row.changes[column - row.offset] ?? null));
    this.strip = new OverviewStrip(lines, this.columns, data.noun, Math.min(this.columns, 3), (from, to, done) => this.look(from, to, done));
    const caption = block("strip-caption");
    caption.textContent = "whole text: change per token";
    this.root.replaceChildren(caption, this.strip.root, this.scroller);
    this.scroller.addEventListener("scroll", () => this.scrolled());
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
}
