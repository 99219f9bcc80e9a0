// A memory map: its data, its plan, and what is shown for a word, a unit or a cluster. Its parts are drawn by the scripts
// beside this one, which keep and move what was drawn before. All text enters through textContent.

class MemoryMap {
  // options: { mirrored, title, onHover(target or null), onPick(target or null) }; a target is { kind: "word" | "unit" | "cluster", index }.
  constructor(root, options = {}) {
    Object.assign(this, { root, options, picked: null, width: 0, tallest: Infinity });
    this.svg = element("svg", { tabindex: 0, role: "group", class: "still" });
    this.svg.dataset.figure = options.title ?? "Memory map";
    this.layers = {};
    for (const name of ["captions", "links", "boxes", "slots", "squares", "signs", "clouds", "cursor", "legend"]) {
      this.svg.append((this.layers[name] = element("g", { class: name })));
    }
    this.chips = new MapChips(this);
    this.clouds = new MapClouds(this);
    this.tip = new MapTip(this);
    root.replaceChildren(this.svg, this.tip.tip, this.tip.voice);
    this.pointing = new MapPointing(this);
  }

  update(data) {
    if (data.version && data.version === this.data?.version && this.plan) {
      if (!same(data.picked ?? null, this.picked)) {
        this.picked = data.picked ?? null;
        this.svg.classList.add("still");
        this.arrange();
      }
      return;
    }
    this.levels = new Int8Array(bytes(data.responses).buffer);
    const again = this.data !== undefined && this.width > 0;
    this.data = data;
    this.picked = data.picked ?? null;
    this.svg.classList.toggle("still", !again);
    this.draw();
  }

  // tallest: how high chips and clouds may be.
  fit(tallest = Infinity) {
    const width = Math.round(this.root.clientWidth);
    if (!width || (width === this.width && tallest === this.tallest)) return;
    Object.assign(this, { width, tallest });
    this.svg.classList.add("still");
    if (this.data) this.draw();
  }

  response(word, unit) {
    return (this.levels[word * this.data.unitClusters.length + unit] * this.data.scale) / 127;
  }

  draw() {
    if (!this.width) return;
    const { data, svg } = this;
    if (!data.words.length || !data.clusters.length) {
      this.drawNothing();
      return;
    }
    this.family = getComputedStyle(svg).fontFamily;
    this.plan = this.lay();
    setAll(svg, { viewBox: `0 0 ${this.width} ${this.plan.height}`, height: this.plan.height });
    const size = `${data.unitClusters.length} units and ${data.words.length} ${data.noun}s in ${data.clusters.length} clusters`;
    svg.setAttribute("aria-label", `Memory map: ${size}. Arrow keys move, Enter picks, Escape lets go.`);
    drawHeadings(this);
    this.chips.drawBoxes();
    this.clouds.draw();
    this.drawLegend();
    this.arrange();
  }

  drawNothing() {
    this.plan = null;
    for (const layer of Object.values(this.layers)) if (layer !== this.layers.signs) layer.replaceChildren();
    this.chips.clear();
    this.clouds.clear();
    this.layers.captions.append(text(0, 16, "Nothing was recorded that could be drawn.", "heading"));
    setAll(this.svg, { viewBox: `0 0 ${this.width} 30`, height: 30, "aria-label": "Memory map: nothing to draw" });
  }

  // Within a chip, units stand by their response to the picked word, or by how much they move on the whole.
  lay() {
    const word = this.picked?.kind === "word" ? this.picked.index : null;
    const order = word === null ? (unit) => this.data.activity[unit] : (unit) => this.response(word, unit);
    return layOutMap(this.data, this.width, order, { mirrored: this.options.mirrored, align: this.data.align, tallest: this.tallest });
  }

  // Draws what is picked; all but the units stays where it is.
  arrange() {
    this.plan = this.lay();
    this.chips.draw(this.picked?.kind === "word" ? this.picked.index : null);
    this.show(this.picked);
  }

  drawLegend() {
    const { data, family, plan } = this, y = plan.bottom + 34;
    this.caption = text(0, plan.bottom + 14, "", "note");
    this.layers.legend.replaceChildren(this.caption, ...scaleMarks(data, family, y, WIDE_SCALE), ...tagMarks(data, family, y + 20));
  }

  // What belongs to a target: nothing, a word, a unit or a cluster.
  show(target) {
    const { data } = this;
    if (!this.plan) return;
    const word = target?.kind === "word" ? target.index : null;
    const unit = target?.kind === "unit" ? target.index : null;
    const cluster = target?.kind === "cluster" ? target.index
      : word !== null ? data.wordClusters[word] : unit !== null ? data.unitClusters[unit] : null;
    this.chips.paint(word);
    this.clouds.paint(unit, word);
    [...this.layers.boxes.children].forEach((group, index) => group.classList.toggle("on", index === cluster));
    drawLinks(this, { word, unit, cluster });
    this.chips.frame(unit);
    this.caption.textContent = captionOf(data, { word, unit });
  }

  // Picks a target, or lets go of it where it is picked.
  pick(target) {
    this.picked = same(target, this.picked) ? null : target;
    this.options.onPick?.(this.picked); // the server begins while the browser draws
    this.svg.classList.add("still"); // to move 3,000 units would delay its answer
    this.arrange();
  }
}
