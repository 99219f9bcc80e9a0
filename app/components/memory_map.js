// The memory map: unit clusters (chips) left, word clusters (clouds) right, links between.
// Hovering answers here, in the browser; a click also tells the server. All text enters through textContent.

const TOP = 44, GAP = 7, PADDING = 7, MARGIN = 44;

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".map");
  if (!root) {
    root = document.createElement("div");
    root.className = "map";
    parentElement.appendChild(root);
  }
  root.state?.observer.disconnect();
  const map = new MemoryMap(root, data, (kind, index) => setTriggerValue("picked", { kind, index }));
  const observer = new ResizeObserver(() => map.fit());
  observer.observe(root);
  root.state = { observer };
  map.fit();
  return () => observer.disconnect();
}

class MemoryMap {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, width: 0, picked: data.picked });
    this.words = data.words.length;
    this.units = data.unitClusters.length;
    const bytes = Uint8Array.from(atob(data.responses), (char) => char.charCodeAt(0));
    this.levels = new Int8Array(bytes.buffer);
    this.wordIndex = new Map(data.words.map((word, index) => [word, index]));
  }

  response(word, unit) {
    return (this.levels[word * this.units + unit] * this.data.scale) / 127;
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
    const narrow = this.width < 760;
    const chipWidth = Math.max(130, Math.min(270, this.width * 0.27));
    const cloudWidth = Math.min(data.cloudWidth * 1.3, this.width * (narrow ? 0.44 : 0.5) - MARGIN);
    const arc = Math.min(40, this.width * 0.03);
    const cloudScale = (cloudWidth - 2 * PADDING) / data.cloudWidth;
    const edge = this.units <= 250 ? 15 : this.units <= 700 ? 10 : this.units <= 1600 ? 6 : 4;
    const perRow = Math.max(1, Math.floor((chipWidth - 2 * PADDING) / (edge + 2)));

    let y = TOP;
    this.rows = data.clusters.map((cluster, index) => {
      const members = data.unitClusters.flatMap((own, unit) => (own === index ? [unit] : []));
      const chipHeight = Math.max(1, Math.ceil(members.length / perRow)) * (edge + 2) - 2 + 2 * PADDING;
      const cloudHeight = cluster.height * cloudScale + 2 * PADDING;
      const height = Math.max(chipHeight, cloudHeight);
      const middle = (index + 0.5) / data.clusters.length;
      const row = {
        members, chipHeight, cloudHeight, y: y + height / 2,
        cloudX: this.width - MARGIN - cloudWidth - arc * (1 - Math.sin(Math.PI * middle)),
      };
      y += height + GAP;
      return row;
    });
    const height = y;

    const svg = element("svg", { viewBox: `0 0 ${this.width} ${height}`, height, role: "group" });
    svg.setAttribute("aria-label", `Memory map: ${this.units} units and ${this.words} words in ${data.clusters.length} clusters`);
    const cloudsLeft = Math.min(...this.rows.map((row) => row.cloudX));
    svg.append(
      text(MARGIN, 16, "Unit clusters", "heading"),
      text(MARGIN, 33, "one square per unit", "note"),
      text(cloudsLeft, 16, `${data.noun[0].toUpperCase()}${data.noun.slice(1)} clusters`, "heading"),
      text(cloudsLeft, 33, `${this.words} most frequent ${data.noun}s · size: response to their own units`, "note"),
    );
    this.linkLayer = element("g", {});
    svg.append(this.linkLayer);
    this.unitMarks = [];
    this.wordMarks = [];
    this.clusterMarks = this.rows.map(() => []);
    this.chipEdge = MARGIN + chipWidth;
    this.rows.forEach((row, index) => {
      svg.append(this.chip(row, index, chipWidth, edge, perRow));
      svg.append(this.cloud(row, index, cloudWidth, cloudScale));
    });
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.root.replaceChildren(svg, this.legend(), this.tip);
    svg.addEventListener("pointerleave", () => this.show(this.picked));
    for (const { mark, width } of this.wordMarks.filter(Boolean)) {
      // The browser's font may be wider than the one that the cloud was laid out with: never overlap.
      if (mark.getComputedTextLength() > width) mark.setAttribute("textLength", width);
    }
    this.show(this.picked);
  }

  chip(row, index, width, edge, perRow) {
    const top = row.y - row.chipHeight / 2;
    const group = this.clusterGroup(index, MARGIN, top, width, row.chipHeight);
    group.append(text(0, row.y + 5, `${index + 1}`, "name"), text(18, row.y + 5, `${row.members.length}`, "note"));
    row.members.forEach((unit) => {
      const mark = element("g", { class: "unit", role: "button", "aria-label": `unit ${unit}` });
      const ground = element("rect", { class: "ground", width: edge, height: edge, rx: 2 });
      const fill = element("rect", { class: "fill", width: edge, height: edge, rx: 2 });
      const bar = element("line", { class: "mark" });
      mark.append(ground, fill, bar);
      this.unitMarks[unit] = { mark, fill, bar, edge };
      this.interactive(mark, { kind: "unit", index: unit });
      group.append(mark);
    });
    row.place = (order) => order.forEach((unit, place) => {
      const x = MARGIN + PADDING + (place % perRow) * (edge + 2);
      const y = top + PADDING + Math.floor(place / perRow) * (edge + 2);
      this.unitMarks[unit].mark.setAttribute("transform", `translate(${x} ${y})`);
    });
    return group;
  }

  cloud(row, index, width, scale) {
    const cluster = this.data.clusters[index];
    const top = row.y - row.cloudHeight / 2;
    const group = this.clusterGroup(index, row.cloudX, top, width, row.cloudHeight);
    const left = row.cloudX + PADDING;
    const right = row.cloudX + width + 6;
    group.append(text(right, row.y + 5, `${cluster.placed.length}`, "note"));
    if (cluster.missing.length) {
      const more = text(right, row.y + 20, `+${cluster.missing.length}`, "note more");
      more.setAttribute("aria-label", `${cluster.missing.length} more words of cluster ${index + 1} did not fit`);
      this.interactive(more, { kind: "cluster", index });
      group.append(more);
    }
    cluster.placed.forEach(([word, label, x, baseline, size, wide]) => {
      const mark = text(left + x * scale, top + PADDING + baseline * scale, label, "word");
      mark.setAttribute("font-size", size * scale);
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-label", this.data.words[word]);
      this.wordMarks[word] = { mark, width: wide * scale };
      this.interactive(mark, { kind: "word", index: word });
      group.append(mark);
    });
    return group;
  }

  clusterGroup(index, x, y, width, height) {
    const group = element("g", { class: "cluster" });
    const box = element("rect", { class: "box", x, y, width, height, rx: 7 });
    group.append(box);
    this.interactive(box, { kind: "cluster", index });
    this.clusterMarks[index].push(group);
    return group;
  }

  interactive(mark, target) {
    mark.addEventListener("pointerenter", (event) => this.hover(target, event));
    mark.addEventListener("pointerleave", () => this.tip.classList.remove("shown"));
    mark.addEventListener("click", (event) => {
      event.stopPropagation();
      const again = this.picked && this.picked.kind === target.kind && this.picked.index === target.index;
      this.picked = again ? null : target;
      this.show(this.picked);
      if (target.kind !== "cluster") this.tell(again ? null : target.kind, target.index); // a cluster is looked at here
    });
  }

  legend() {
    const legend = document.createElement("div");
    legend.className = "legend";
    this.scaleCaption = document.createElement("span");
    const scale = document.createElement("span");
    scale.className = "scale";
    const ramp = document.createElement("span");
    ramp.className = "ramp";
    const clip = this.data.clip.toFixed(2);
    scale.append(`−${clip}`, ramp, `+${clip}`);
    legend.append(this.scaleCaption, scale);
    for (const [sign, caption] of [["positive", "raises the units"], ["negative", "lowers them (dashed; bar or dots on the mark)"]]) {
      const item = document.createElement("span");
      item.className = "scale";
      const sample = element("svg", { viewBox: "0 0 34 10" });
      sample.append(element("path", { class: `link ${sign}`, d: "M0 5H34", "stroke-width": 4 }));
      item.append(sample, caption);
      legend.append(item);
    }
    return legend;
  }

  // ---- what is shown for a target: nothing, a word, a unit or a cluster ----

  show(target) {
    const { data } = this;
    const word = target?.kind === "word" ? target.index : null;
    const unit = target?.kind === "unit" ? target.index : null;
    const cluster = target?.kind === "cluster" ? target.index
      : word !== null ? data.wordClusters[word] : unit !== null ? data.unitClusters[unit] : null;
    this.unitMarks.forEach((mark, index) => this.paintUnit(mark, index, word));
    this.rows.forEach((row) => {
      const key = word === null ? (u) => data.activity[u] : (u) => this.response(word, u);
      row.place([...row.members].sort((a, b) => key(b) - key(a)));
    });
    this.wordMarks.forEach((entry, index) => entry && this.paintWord(entry.mark, index, unit, word));
    this.unitMarks.forEach(({ mark }, index) => mark.classList.toggle("picked", index === unit));
    this.clusterMarks.forEach((groups, index) => groups.forEach((group) => group.classList.toggle("on", index === cluster)));
    this.drawLinks(word, unit, cluster);
    this.scaleCaption.textContent = word !== null ? `Squares: expected response to “${data.words[word]}”`
      : unit !== null ? `Expected response of unit ${unit}`
        : `Squares: how much each unit moves on the whole (grey); pick a ${data.noun} or a unit`;
  }

  paintUnit({ fill, bar, edge, mark }, unit, word) {
    const value = word === null ? null : this.response(word, unit);
    const share = value === null ? this.data.activity[unit] : Math.min(1, Math.abs(value) / this.data.clip);
    fill.style.fill = value === null ? "var(--ink)" : value < 0 ? "var(--negative)" : "var(--positive)";
    fill.style.fillOpacity = value === null ? 0.6 * share : share;
    const marked = value !== null && value < 0 && share > 0.25 && edge >= 6;
    setAll(bar, { x1: edge * 0.25, x2: edge * 0.75, y1: edge / 2, y2: edge / 2, visibility: marked ? "visible" : "hidden" });
    mark.dataset.response = value === null ? "" : value.toFixed(3);
  }

  paintWord(mark, word, unit, picked) {
    const value = unit === null ? null : this.response(word, unit);
    const share = value === null ? 1 : Math.min(1, Math.abs(value) / this.data.clip);
    mark.style.fill = value === null ? "var(--ink)" : value < 0 ? "var(--negative)" : "var(--positive)";
    mark.style.fillOpacity = value === null ? (picked === null || picked === word ? 0.95 : 0.7) : 0.15 + 0.85 * share;
    mark.classList.toggle("picked", word === picked);
    mark.classList.toggle("negative", value !== null && value < 0 && share > 0.25);
  }

  drawLinks(word, unit, cluster) {
    const links = this.links(word, unit, cluster);
    const largest = Math.max(...links.map((link) => Math.abs(link.value)), 1e-9);
    this.linkLayer.replaceChildren(...links.map(({ from, to, value }) => {
      const share = Math.abs(value) / largest;
      const x1 = this.chipEdge + 1, x2 = this.rows[to].cloudX, y1 = this.rows[from].y, y2 = this.rows[to].y;
      const bend = (x2 - x1) * 0.45;
      return element("path", {
        class: `link ${value < 0 ? "negative" : "positive"}`,
        d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
        "stroke-width": 1 + 9 * share,
        "stroke-opacity": 0.2 + 0.65 * share,
      });
    }));
  }

  // Each link: from unit cluster, to word cluster, mean expected response.
  links(word, unit, cluster) {
    const { strength, clusters, wordClusters, unitClusters } = this.data;
    const all = clusters.flatMap((_, to) => clusters.map((_, from) => ({ from, to, value: strength[to][from] })))
      .filter(({ from, to }) => this.rows[from].members.length && clusters[to].size);
    if (word !== null) {
      return this.rows.flatMap(({ members }, from) => members.length && wordClusters[word] >= 0
        ? [{ from, to: wordClusters[word], value: mean(members.map((u) => this.response(word, u))) }] : []);
    }
    if (unit !== null) {
      if (unitClusters[unit] < 0) return [];
      return clusters.flatMap((_, to) => {
        const own = wordClusters.flatMap((c, w) => (c === to ? [this.response(w, unit)] : []));
        return own.length ? [{ from: unitClusters[unit], to, value: mean(own) }] : [];
      });
    }
    if (cluster !== null) return all.filter(({ from, to }) => from === cluster || to === cluster);
    // At first sight only the strongest link of every cluster, on either side.
    const best = new Set();
    clusters.forEach((_, index) => {
      for (const side of ["from", "to"]) {
        const own = all.filter((link) => link[side] === index);
        if (own.length) best.add(own.reduce((a, b) => (Math.abs(b.value) > Math.abs(a.value) ? b : a)));
      }
    });
    return [...best];
  }

  hover(target, event) {
    if (!this.picked || target.kind !== "cluster") this.show(target);
    this.tip.textContent = this.describe(target);
    this.tip.classList.add("shown");
    const frame = this.root.getBoundingClientRect(), own = event.target.getBoundingClientRect();
    // Between chips and clouds, where it hides neither.
    const clouds = Math.min(...this.rows.map((row) => row.cloudX));
    const isUnit = target.kind === "unit" || own.left - frame.left < this.chipEdge;
    this.tip.style.left = `${isUnit ? this.chipEdge + 8 : Math.max(0, clouds - this.tip.offsetWidth - 8)}px`;
    this.tip.style.top = `${Math.max(0, own.top + own.height / 2 - frame.top - this.tip.offsetHeight / 2)}px`;
  }

  describe({ kind, index }) {
    const { data } = this;
    if (kind === "word") {
      const own = this.rows[data.wordClusters[index]]?.members ?? [];
      const value = own.length ? `\nmean response of its own units: ${signed(mean(own.map((u) => this.response(index, u))))}` : "";
      return `${data.words[index]} · ${data.counts[index].toLocaleString("en")} times${value}`;
    }
    if (kind === "unit") {
      const order = data.words.map((_, word) => word).sort((a, b) => this.response(b, index) - this.response(a, index));
      const list = (some) => some.map((word) => `${data.words[word]} ${signed(this.response(word, index))}`).join(", ");
      const head = this.picked?.kind === "word"
        ? `unit ${index} · ${signed(this.response(this.picked.index, index))} to “${data.words[this.picked.index]}”` : `unit ${index}`;
      return `${head}\nraised by ${list(order.slice(0, 4))}\nlowered by ${list(order.slice(-4).reverse())}`;
    }
    const cluster = data.clusters[index];
    const missing = cluster.missing.map((word) => data.words[word]);
    const tail = missing.length > 30 ? " …" : "";
    return `cluster ${index + 1}: ${plural(this.rows[index].members.length, "unit")}, ${plural(cluster.size, data.noun)}`
      + (missing.length ? `\ndid not fit: ${missing.slice(0, 30).join(" ")}${tail}` : "");
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
