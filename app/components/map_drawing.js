// Draws a memory map and answers the pointer and the keyboard in the browser. What was drawn before is kept and moved,
// so that the eye follows a word from one picture to the next. All text enters through textContent.

const POSITIVE = "#ff5b09", NEGATIVE = "#0b87d8", CUE = 0.25; // share of the clip from which the sign is also marked

class MemoryMap {
  // options: { mirrored, title, onHover(target or null), onPick(target or null) }; a target is { kind: "word" | "unit" | "cluster", index }.
  constructor(root, options = {}) {
    Object.assign(this, { root, options, picked: null, units: [], words: new Map(), width: 0 });
    this.svg = element("svg", { tabindex: 0, role: "group", class: "still" });
    this.svg.dataset.figure = options.title ?? "Memory map";
    this.layers = {};
    for (const name of ["captions", "links", "boxes", "slots", "squares", "signs", "clouds", "cursor", "legend"]) {
      this.svg.append((this.layers[name] = element("g", { class: name })));
    }
    this.tip = block("tip");
    this.voice = block("voice");
    this.voice.setAttribute("aria-live", "polite");
    root.replaceChildren(this.svg, this.tip, this.voice);
    this.sign = this.layers.signs.appendChild(element("path", { class: "sign" }));
    this.listen();
  }

  // ---- data and layout ----

  update(data) {
    if (data.version && data.version === this.data?.version && this.plan) {
      if (!same(data.picked ?? null, this.picked)) {
        this.picked = data.picked ?? null;
        this.svg.classList.add("still");
        this.arrange();
      }
      return;
    }
    const bytes = Uint8Array.from(atob(data.responses), (char) => char.charCodeAt(0));
    this.levels = new Int8Array(bytes.buffer);
    const again = this.data !== undefined && this.width > 0;
    this.data = data;
    this.picked = data.picked ?? null;
    this.svg.classList.toggle("still", !again);
    this.draw();
  }

  fit() {
    const width = Math.round(this.root.clientWidth);
    if (!width || width === this.width) return;
    this.width = width;
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
      this.plan = null;
      for (const layer of Object.values(this.layers)) if (layer !== this.layers.signs) layer.replaceChildren();
      [this.units, this.words, this.wordMarks] = [[], new Map(), []];
      this.layers.captions.append(text(0, 16, "Nothing was recorded that could be drawn.", "heading"));
      setAll(svg, { viewBox: `0 0 ${this.width} 30`, height: 30, "aria-label": "Memory map: nothing to draw" });
      return;
    }
    this.family = getComputedStyle(svg).fontFamily;
    this.plan = this.lay();
    setAll(svg, { viewBox: `0 0 ${this.width} ${this.plan.height}`, height: this.plan.height });
    const size = `${data.unitClusters.length} units and ${data.words.length} ${data.noun}s in ${data.clusters.length} clusters`;
    svg.setAttribute("aria-label", `Memory map: ${size}. Arrow keys move, Enter picks, Escape lets go.`);
    this.drawCaptions();
    this.drawBoxes();
    this.drawWords();
    this.drawLegend();
    this.arrange();
  }

  // Within a chip, units stand by their response to the picked word, or by how much they move on the whole.
  lay() {
    const word = this.picked?.kind === "word" ? this.picked.index : null;
    const order = word === null ? (unit) => this.data.activity[unit] : (unit) => this.response(word, unit);
    return layOutMap(this.data, this.width, order, { mirrored: this.options.mirrored, align: this.data.align });
  }

  // Draws what is picked; all but the units stays where it is.
  arrange() {
    const word = this.picked?.kind === "word" ? this.picked.index : null;
    this.plan = this.lay();
    this.drawUnits();
    this.show(this.picked);
    this.units.forEach((square, unit) => {
      if (square) square.dataset.response = word === null ? "" : this.response(word, unit).toFixed(3);
    });
  }

  drawCaptions() {
    const { data, plan } = this;
    const { mirrored } = this.options;
    const chips = plan.clusters.map(({ chip }) => chip), clouds = plan.clusters.map(({ cloud }) => cloud);
    const outer = (boxes) => Math.max(...boxes.map((box) => box.x + box.width));
    const inner = (boxes) => Math.min(...boxes.map((box) => box.x));
    const noun = data.noun[0].toUpperCase() + data.noun.slice(1);
    const heads = [
      [chips, mirrored, "Unit clusters", "one square per unit"],
      [clouds, !mirrored, `${noun} clusters`, data.tags?.length ? "size: response to own units · colour: part of speech" : "size: response to their own units"],
    ];
    this.layers.captions.replaceChildren(...heads.flatMap(([boxes, end, head, note]) => {
      const nodes = [text(0, 16, head, "heading"), text(0, 33, note, "note")];
      for (const node of nodes) setAll(node, { x: end ? outer(boxes) : inner(boxes), "text-anchor": end ? "end" : "start" });
      return nodes;
    }));
  }

  drawBoxes() {
    const { data, plan } = this;
    const { mirrored } = this.options;
    const before = this.layers.boxes.children;
    const pitch = plan.edge + (plan.edge > 7 ? 2 : 1);
    let slots = "";
    const boxes = plan.clusters.map(({ chip, cloud, members }, index) => {
      const group = before[index] ?? element("g", {});
      while (group.children.length < 2) group.append(element("rect", { class: "box", rx: 7, "data-kind": "cluster" }));
      for (const [place, box] of [chip, cloud].entries()) {
        setAll(group.children[place], { ...box, "data-index": index, "data-part": place ? "cloud" : "chip" });
      }
      for (const old of [...group.children].slice(2)) old.remove();
      const outside = (box, away) => (away ? { x: box.x + box.width + 6, "text-anchor": "start" } : { x: box.x - 6, "text-anchor": "end" });
      const note = (box, dy, content, name, away) => setAll(text(0, box.y + box.height / 2 + dy, content, name), outside(box, away));
      group.append(note(chip, -2, `${index + 1}`, "name", mirrored), note(chip, 13, `${members.length}`, "note", mirrored));
      const cluster = data.clusters[index];
      group.append(note(cloud, cluster.missing.length ? -2 : 5, `${cluster.placed.length}`, "note", !mirrored));
      if (cluster.missing.length) {
        const more = note(cloud, 13, `+${cluster.missing.length}`, "note more", !mirrored);
        setAll(more, { "data-kind": "cluster", "data-index": index, role: "button" });
        more.setAttribute("aria-label", `${cluster.missing.length} more ${data.noun}s of cluster ${index + 1} did not fit`);
        group.append(more);
      }
      for (const unit of members) {
        const [x, y] = plan.units[unit];
        slots += `M${x} ${y}h${plan.edge}v${plan.edge}h-${plan.edge}z`;
      }
      group.classList.add("cluster");
      return group;
    });
    this.layers.boxes.replaceChildren(...boxes);
    this.layers.slots.replaceChildren(element("path", { class: "slot", d: slots, "data-pitch": pitch }));
  }

  drawUnits() {
    const { plan } = this;
    while (this.units.length > plan.units.length) this.units.pop()?.remove();
    for (let unit = 0; unit < this.data.unitClusters.length; unit++) {
      if (!plan.units[unit]) {
        this.units[unit]?.remove();
        this.units[unit] = undefined;
        continue;
      }
      let square = this.units[unit];
      if (!square) {
        square = element("rect", { class: "unit", role: "button", "data-kind": "unit", "data-index": unit, "aria-label": `unit ${unit}` });
        this.layers.squares.append(square);
        this.units[unit] = square;
      }
      if (square.edge !== plan.edge) {
        square.edge = plan.edge; // small ones have sharp corners: thousands of round ones take long to paint
        setAll(square, { width: plan.edge, height: plan.edge, rx: plan.edge > 7 ? 2 : 0 });
      }
      place(square, ...plan.units[unit]);
    }
  }

  drawWords() {
    const { data, plan } = this;
    const before = this.words;
    this.words = new Map();
    this.wordMarks = [];
    const fresh = [];
    data.words.forEach((name, word) => {
      const planned = plan.words[word];
      if (!planned) return;
      let mark = before.get(name);
      before.delete(name);
      if (!mark) {
        mark = element("text", { class: "word", role: "button", "data-kind": "word", "aria-label": name });
        this.layers.clouds.append(mark);
        fresh.push(mark);
      }
      if (mark.textContent !== planned.label) mark.textContent = planned.label;
      mark.dataset.index = word;
      mark.style.fontSize = `${planned.size}px`;
      mark.removeAttribute("textLength");
      place(mark, planned.x, planned.y);
      mark.planned = planned;
      this.words.set(name, mark);
      this.wordMarks[word] = mark;
    });
    for (const gone of before.values()) gone.remove();
    for (const mark of fresh) mark.style.opacity = 0;
    requestAnimationFrame(() => fresh.forEach((mark) => mark.style.removeProperty("opacity")));
    this.squeeze();
  }

  // The browser's font may be wider than the one that the cloud was laid out with: words never overlap.
  squeeze() {
    const marks = this.wordMarks.filter(Boolean);
    const pen = document.createElement("canvas").getContext("2d");
    for (const mark of marks) {
      const { label, size, width } = mark.planned;
      pen.font = `${size}px ${this.family}`;
      if (pen.measureText(label).width > width) mark.setAttribute("textLength", width);
    }
  }

  // ---- what is shown for a target: nothing, a word, a unit or a cluster ----

  show(target) {
    const { data } = this;
    if (!this.plan) return;
    const word = target?.kind === "word" ? target.index : null;
    const unit = target?.kind === "unit" ? target.index : null;
    const cluster = target?.kind === "cluster" ? target.index
      : word !== null ? data.wordClusters[word] : unit !== null ? data.unitClusters[unit] : null;
    this.paintUnits(word);
    this.paintWords(unit, word);
    [...this.layers.boxes.children].forEach((group, index) => group.classList.toggle("on", index === cluster));
    this.drawLinks(word, unit, cluster);
    this.drawCursor(target);
    this.drawCaption(word, unit);
  }

  // What has not changed is left alone: 3,000 units are painted anew while the pointer moves.
  paintUnits(word) {
    const { data, plan } = this;
    const row = word === null ? null : word * data.unitClusters.length;
    const full = (127 * data.clip) / data.scale; // the level at which the colour is full
    let signs = "";
    this.units.forEach((square, unit) => {
      if (!square) return;
      const level = row === null ? null : this.levels[row + unit];
      const share = level === null ? 0.6 * data.activity[unit] : Math.min(1, Math.abs(level) / full);
      const fill = level === null ? "currentColor" : level < 0 ? NEGATIVE : POSITIVE;
      const opacity = Math.round(share * 50) / 50;
      if (square.shownFill !== fill) square.setAttribute("fill", (square.shownFill = fill));
      if (square.shownOpacity !== opacity) square.setAttribute("fill-opacity", (square.shownOpacity = opacity));
      if (level < 0 && share > CUE) {
        const [x, y] = plan.units[unit];
        signs += `M${x + plan.edge * 0.22} ${y + plan.edge / 2}h${plan.edge * 0.56}`;
      }
    });
    this.sign.setAttribute("d", signs);
    this.sign.setAttribute("stroke-width", Math.max(1.2, plan.edge / 8));
  }

  paintWords(unit, picked) {
    const { data } = this;
    this.wordMarks.forEach((mark, word) => {
      const value = unit === null ? null : this.response(word, unit);
      const share = value === null ? 1 : Math.min(1, Math.abs(value) / data.clip);
      const tag = data.tags?.length && value === null ? data.tags[word] : null;
      const fill = value !== null ? (value < 0 ? NEGATIVE : POSITIVE) : tag !== null ? `var(--tag-${data.tagNames[tag]})` : "var(--ink)";
      const opacity = value === null ? (picked === null || picked === word ? 1 : 0.85) : Math.round((0.45 + 0.55 * share) * 50) / 50;
      if (mark.shownFill !== fill) mark.style.fill = mark.shownFill = fill;
      if (mark.shownOpacity !== opacity) mark.style.fillOpacity = mark.shownOpacity = opacity;
      const { x, y } = mark.planned;
      place(mark, x, y, value === null ? 1 : Math.round((0.75 + 0.25 * share) * 20) / 20);
      const name = `word${word === picked ? " picked" : ""}${value < 0 && share > CUE ? " negative" : ""}`;
      if (mark.shownClass !== name) mark.setAttribute("class", (mark.shownClass = name));
    });
  }

  drawLinks(word, unit, cluster) {
    const { mirrored } = this.options;
    const links = this.links(word, unit, cluster);
    const largest = Math.max(...links.map((link) => Math.abs(link.value)), 1e-9);
    this.layers.links.replaceChildren(...links.map(({ from, to, value }) => {
      const share = Math.abs(value) / largest;
      const { chip } = this.plan.clusters[from], { cloud } = this.plan.clusters[to];
      const x1 = mirrored ? chip.x - 1 : chip.x + chip.width + 1, x2 = mirrored ? cloud.x + cloud.width : cloud.x;
      const y1 = chip.y + chip.height / 2;
      const y2 = word === null ? cloud.y + cloud.height / 2 : (this.plan.words[word]?.y ?? cloud.y + cloud.height / 2) - 4;
      const bend = (x2 - x1) * 0.45;
      return element("path", {
        class: `link ${value < 0 ? "negative" : "positive"}`,
        d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
        "stroke-width": (1 + 9 * share) * this.data.links.width,
        "stroke-opacity": 0.2 + 0.6 * share,
      });
    }));
  }

  // Each link: from unit cluster, to word cluster, mean expected response.
  links(word, unit, cluster) {
    const { strength, clusters, wordClusters, unitClusters, links } = this.data;
    const own = this.plan.clusters;
    const largest = Math.max(...strength.flat().map(Math.abs), 1e-9);
    const passes = ({ value }) => Math.abs(value) >= links.weakest * largest && Math.abs(value) <= links.strongest * largest;
    const all = clusters.flatMap((_, to) => clusters.map((_, from) => ({ from, to, value: strength[to][from] })))
      .filter(({ from, to }) => own[from].members.length && clusters[to].size);
    if (word !== null) {
      return own.flatMap(({ members }, from) => members.length && wordClusters[word] >= 0
        ? [{ from, to: wordClusters[word], value: mean(members.map((u) => this.response(word, u))) }] : []);
    }
    if (unit !== null) {
      if (unitClusters[unit] < 0) return [];
      const sums = clusters.map(() => [0, 0]);
      wordClusters.forEach((to, w) => {
        if (to < 0) return;
        sums[to][0] += this.response(w, unit);
        sums[to][1] += 1;
      });
      return sums.flatMap(([sum, count], to) => (count ? [{ from: unitClusters[unit], to, value: sum / count }] : []));
    }
    if (cluster !== null) return all.filter(({ from, to }) => from === cluster || to === cluster);
    // At first sight only the strongest links of every cluster, on either side.
    const best = new Set();
    clusters.forEach((_, index) => {
      for (const side of ["from", "to"]) {
        const some = all.filter((link) => link[side] === index).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
        for (const link of some.slice(0, links.perCluster)) best.add(link);
      }
    });
    return [...best].filter(passes);
  }

  drawCursor(target) {
    const at = target?.kind === "unit" ? this.plan.units[target.index] : null;
    const edge = this.plan.edge;
    this.layers.cursor.replaceChildren(...(at
      ? [element("rect", { class: "cursor", x: at[0] - 1.5, y: at[1] - 1.5, width: edge + 3, height: edge + 3, rx: 3 })] : []));
  }

  drawLegend() {
    const { data, plan } = this;
    const y = plan.bottom + 34;
    const row = [];
    let x = 0;
    const put = (node, width) => {
      row.push(node);
      x += width;
    };
    const write = (content, after = 8) => put(text(x, y, content, "note"), textWidth(content, this.family) + after);
    const clip = data.clip < 0.1 ? data.clip.toPrecision(2) : data.clip.toFixed(2);
    write(`−${clip}`);
    for (let step = -9; step <= 9; step++) {
      put(element("rect", { x, y: y - 9, width: 6, height: 10, fill: step < 0 ? NEGATIVE : POSITIVE, "fill-opacity": Math.abs(step) / 9 }), 6);
    }
    x += 6;
    write(`+${clip}`, 20);
    for (const [sign, meaning] of [["positive", "raises"], ["negative", "lowers: dashed; bar on the square, dots under the word"]]) {
      put(element("path", { class: `link ${sign}`, d: `M${x} ${y - 4}h30`, "stroke-width": 4 }), 36);
      write(meaning, 20);
    }
    this.caption = text(0, plan.bottom + 14, "", "note");
    this.layers.legend.replaceChildren(this.caption, ...row, ...this.tagLegend(y + 20));
  }

  drawCaption(word, unit) {
    const { data } = this;
    this.caption.textContent = word !== null ? `Squares: expected response to “${shorten(data.words[word])}”`
      : unit !== null ? `Expected response of unit ${unit}`
        : `Squares: how much each unit moves on the whole (grey); pick a ${data.noun} or a unit`;
  }

  tagLegend(y) {
    const { data } = this;
    if (!data.tags?.length) return [];
    let x = 0;
    return data.tagNames.flatMap((name, tag) => {
      if (!data.tags.includes(tag)) return [];
      const group = element("g", { class: "tag", "data-tag": tag });
      const dot = element("circle", { cx: x + 5, cy: y - 4, r: 5 });
      dot.style.fill = `var(--tag-${name})`;
      group.append(dot, text(x + 14, y, name, "note"));
      x += textWidth(name, this.family) + 30;
      return [group];
    });
  }

  // ---- the pointer and the keyboard ----

  listen() {
    const { svg } = this;
    const target = (event) => {
      const node = event.target.closest?.("[data-kind]");
      return node ? { kind: node.dataset.kind, index: Number(node.dataset.index) } : null;
    };
    svg.addEventListener("pointerover", (event) => {
      const tag = event.target.closest?.(".tag");
      this.emphasise(tag ? Number(tag.dataset.tag) : null);
      const over = target(event);
      if (over) this.hover(over);
      else this.leave();
    });
    svg.addEventListener("pointerleave", () => this.leave());
    svg.addEventListener("click", (event) => {
      const clicked = target(event);
      if (clicked) this.pick(clicked);
    });
    svg.addEventListener("keydown", (event) => this.press(event));
    svg.addEventListener("blur", () => this.leave());
  }

  hover(target) {
    if (same(target, this.hovered)) return;
    this.hovered = target;
    this.svg.classList.add("still"); // what answers the pointer does not glide
    if (!this.picked || target.kind !== "cluster") this.show(target);
    this.tell(target);
    this.options.onHover?.(target);
  }

  leave() {
    if (!this.hovered) return;
    this.hovered = null;
    this.tip.classList.remove("shown");
    this.show(this.picked);
    this.options.onHover?.(null);
  }

  pick(target) {
    this.picked = same(target, this.picked) ? null : target;
    this.options.onPick?.(this.picked); // the server begins while the browser draws
    this.svg.classList.add("still"); // to move 3,000 units would delay its answer
    this.arrange();
  }

  press(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (steps[event.key]) this.step(...steps[event.key]);
    else if (event.key === "Enter" && this.hovered) this.pick(this.hovered);
    else if (event.key === "Escape" && this.picked) this.pick(this.picked);
    else return;
    event.preventDefault();
  }

  // To the nearest word, unit or cluster in a direction.
  step(right, down) {
    if (!this.plan) return;
    const from = this.hovered ?? this.picked;
    const [x, y] = from ? this.middle(from) : [0, 0];
    let best = null, least = Infinity;
    const consider = (kind) => (_, index) => {
      const own = { kind, index };
      const at = this.middle(own);
      if (!at || same(own, from)) return;
      const along = (at[0] - x) * right + (at[1] - y) * down;
      const aside = Math.abs((at[0] - x) * down) + Math.abs((at[1] - y) * right);
      const far = along + 3 * aside;
      if (along > 1 && far < least) [best, least] = [own, far];
    };
    this.data.words.forEach(consider("word"));
    this.data.unitClusters.forEach(consider("unit"));
    if (best) this.hover(best);
  }

  middle({ kind, index }) {
    if (kind === "unit") {
      const at = this.plan.units[index];
      return at && [at[0] + this.plan.edge / 2, at[1] + this.plan.edge / 2];
    }
    if (kind === "word") {
      const at = this.plan.words[index];
      return at && [at.x + at.width / 2, at.y - at.size / 3];
    }
    const { chip } = this.plan.clusters[index];
    return [chip.x + chip.width / 2, chip.y + chip.height / 2];
  }

  emphasise(tag) {
    if (this.emphasised === tag) return;
    this.emphasised = tag;
    this.wordMarks.forEach((mark, word) => mark.classList.toggle("aside", tag !== null && this.data.tags[word] !== tag));
  }

  tell(target) {
    const [head, ...rest] = this.describe(target);
    this.tip.replaceChildren(...[head, ...rest].map((line, place) => {
      const node = block(place ? "line" : "line head");
      node.textContent = line;
      return node;
    }));
    this.voice.textContent = [head, ...rest].join(". ");
    this.tip.classList.add("shown");
    // Between chips and clouds, where it hides neither. No size is asked for, which would lay the page out at once.
    const [x, y] = this.middle(target);
    const { mirrored } = this.options;
    const inner = this.plan.clusters.map(({ chip, cloud }) => {
      const box = x < this.width / 2 === !mirrored ? chip : cloud;
      return x < this.width / 2 ? box.x + box.width : box.x;
    });
    const rightward = x < this.width / 2;
    const at = rightward ? Math.max(...inner) + 10 : this.width - Math.min(...inner) + 10;
    Object.assign(this.tip.style, { left: rightward ? `${at}px` : "auto", right: rightward ? "auto" : `${at}px`, top: `${Math.max(44, y)}px` });
  }

  // Lines that say what a target is.
  describe({ kind, index }) {
    const { data } = this;
    const named = (word) => shorten(data.words[word]);
    if (kind === "word") {
      const own = this.plan.clusters[data.wordClusters[index]]?.members ?? [];
      const tag = data.tags?.length ? ` · ${data.tagNames[data.tags[index]]}` : "";
      const lines = [`${named(index)} · ${data.counts[index].toLocaleString("en")} times${tag}`];
      if (own.length) lines.push(`mean response of its own units ${signed(mean(own.map((u) => this.response(index, u))))}`);
      return lines;
    }
    if (kind === "unit") {
      const order = data.words.map((_, word) => word).sort((a, b) => this.response(b, index) - this.response(a, index));
      const list = (some) => some.map((word) => `${named(word)} ${signed(this.response(word, index))}`).join(", ");
      const picked = this.picked?.kind === "word" ? this.picked.index : null;
      const head = picked === null ? `unit ${index}` : `unit ${index} · ${signed(this.response(picked, index))} to “${named(picked)}”`;
      return [head, `raised by ${list(order.slice(0, 4))}`, `lowered by ${list(order.slice(-4).reverse())}`];
    }
    const cluster = data.clusters[index];
    const missing = cluster.missing.map(named);
    const lines = [`cluster ${index + 1}: ${plural(this.plan.clusters[index].members.length, "unit")}, ${plural(cluster.size, data.noun)}`];
    lines.push(`its ${data.noun}s move its units by ${signed(data.strength[index][index])} on average`);
    if (missing.length) lines.push(`did not fit: ${missing.slice(0, 30).join(" ")}${missing.length > 30 ? " …" : ""}`);
    return lines;
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const shorten = (word) => (word.length > 40 ? `${word.slice(0, 39)}…` : word);
const same = (one, other) => one?.kind === other?.kind && one?.index === other?.index;

function place(node, x, y, scale = 1) {
  const transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)${scale === 1 ? "" : ` scale(${scale.toFixed(2)})`}`;
  if (node.shownTransform !== transform) node.style.transform = node.shownTransform = transform;
}
