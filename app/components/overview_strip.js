// All columns of a long picture as thin lines, and the window of those that are in sight: drag it, drag its edges to
// zoom, or use the keys. It knows nothing about what the columns hold.

const STRIP_LINE = 15, GRIP = 7;

class OverviewStrip {
  // lines: per line an array with a value ≥ 0, or null, for every column. moved(from, to, done) is told of every change.
  constructor(lines, columns, noun, smallest, moved) {
    Object.assign(this, { lines, columns, noun, smallest, moved, from: 0, to: columns });
    this.root = block("strip");
    this.height = STRIP_LINE * lines.length + 4;
    this.svg = element("svg", { height: this.height, preserveAspectRatio: "none" });
    this.view = element("g", {});
    this.frame = element("rect", { class: "frame", y: 1, height: this.height - 2, rx: 3, tabindex: 0, role: "slider" });
    this.svg.append(this.view, this.frame);
    this.root.append(this.svg);
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.frame.addEventListener("keydown", (event) => this.key(event));
  }

  fit(width) {
    this.width = width;
    setAll(this.svg, { width });
    const largest = Math.max(...this.lines.flatMap((line) => line.reduce((most, value) => Math.max(most, value ?? 0), 0)), 1e-9);
    this.view.replaceChildren(...this.lines.map((line, row) => {
      const base = 2 + STRIP_LINE * (row + 1), at = (column) => (width * column) / this.columns;
      const path = line.map((value, column) => (value === null ? ""
        : `M${at(column + 0.5).toFixed(1)} ${base}V${(base - (STRIP_LINE - 2) * (value / largest) - 0.5).toFixed(1)}`));
      const bars = element("path", { class: "line", d: path.join("") });
      bars.setAttribute("stroke-width", Math.max(0.6, Math.min(5, at(1) * 0.7)));
      return bars;
    }));
    this.show(this.from, this.to);
  }

  show(from, to) {
    Object.assign(this, { from, to });
    const x = (this.width * from) / this.columns;
    setAll(this.frame, {
      x, width: Math.max(6, (this.width * (to - from)) / this.columns), "aria-valuemin": 1, "aria-valuemax": this.columns,
      "aria-valuenow": Math.round(from) + 1, "aria-label": `${this.noun}s in sight`,
      "aria-valuetext": `${this.noun} ${Math.floor(from) + 1} to ${Math.min(this.columns, Math.ceil(to))} of ${this.columns}`,
    });
  }

  set(from, to, done) {
    const span = Math.min(this.columns, Math.max(this.smallest, to - from));
    const start = Math.max(0, Math.min(this.columns - span, from));
    this.show(start, start + span);
    this.moved(start, start + span, done);
  }

  grab(event) {
    event.preventDefault();
    this.frame.focus({ preventScroll: true });
    const column = (one) => ((one.clientX - this.svg.getBoundingClientRect().left) / this.width) * this.columns;
    const grip = (GRIP / this.width) * this.columns, start = column(event);
    let { from, to } = this;
    if (start < from - grip || start > to + grip) { // beside the window: it comes here
      const span = to - from;
      this.set(start - span / 2, start + span / 2, false);
      ({ from, to } = this);
    }
    const edge = Math.abs(start - from) < grip ? "from" : Math.abs(start - to) < grip ? "to" : null;
    const drag = (move) => {
      const by = column(move) - start;
      if (edge === "from") this.set(Math.min(from + by, to - this.smallest), to, false);
      else if (edge === "to") this.set(from, Math.max(to + by, from + this.smallest), false);
      else this.set(from + by, to + by, false);
    };
    const drop = () => {
      this.svg.removeEventListener("pointermove", drag);
      this.moved(this.from, this.to, true);
    };
    this.svg.setPointerCapture(event.pointerId);
    this.svg.addEventListener("pointermove", drag);
    this.svg.addEventListener("pointerup", drop, { once: true });
    this.svg.addEventListener("pointercancel", drop, { once: true });
  }

  key(event) {
    const { from, to, columns } = this, span = to - from, far = event.shiftKey ? span * 0.9 : 1;
    const zoom = (factor) => this.set((from + to - span * factor) / 2, (from + to + span * factor) / 2, true);
    const keys = {
      ArrowLeft: () => this.set(from - far, to - far, true), ArrowRight: () => this.set(from + far, to + far, true),
      PageUp: () => this.set(from - span * 0.9, to - span * 0.9, true), PageDown: () => this.set(from + span * 0.9, to + span * 0.9, true),
      Home: () => this.set(0, span, true), End: () => this.set(columns - span, columns, true),
      "+": () => zoom(0.8), "-": () => zoom(1.25), ArrowUp: () => zoom(0.8), ArrowDown: () => zoom(1.25),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}

