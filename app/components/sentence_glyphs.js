// Texts as rows of boxes, one per token; in each box a lane per unit cluster with what it holds (grey), gained (filled)
// and lost (dashed outline, where it stood); between the boxes how much of the memory was kept. Several texts stand one
// under another on one scale. Only the columns in sight are in the document, so that thousands of tokens scroll.
// Hovering is answered here; picks and the window go to the server. Text enters by textContent.

const NAMES = 168, HEAD = 22, METER = 46, GUESS = 13, NARROWEST = 9;
const PARTS = 7, STRONGEST = 3, NO_UNIT = 65535;

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

class Glyphs {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, drawn: new Map(), lit: null, cursor: null });
    this.rows = data.rows.map((row) => ({
      ...row, unknown: new Set(row.unknown), flow: bytes(row.flow), units: new Uint16Array(bytes(row.units).buffer), moves: new Int8Array(bytes(row.moves).buffer),
    }));
    this.columns = Math.max(...this.rows.map((row) => row.offset + row.tokens.length));
    this.full = Math.max(...this.rows.map((row) => row.full)); // what fills a lane
    this.cut = this.rows.some((row) => row.reach > this.full * 1.02);
    this.largestChange = Math.max(...this.rows.map((row) => Math.max(...row.changes)), 1e-9);
    this.largestSurprise = Math.max(...this.rows.map((row) => Math.max(...row.surprise.map((nats) => nats ?? 0))), 1e-9);
    this.measure();
    this.build();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.scroller);
  }

  // ---- layout ----

  measure() {
    const { data } = this, many = data.clusters.length > 10, texts = this.rows.length;
    this.lane = texts === 1 ? (many ? 28 : 38) : texts === 2 ? (many ? 20 : 29) : (many ? 16 : 22);
    this.lanes = this.lane * data.clusters.length;
    this.guesses = data.guesses && this.rows.some((row) => row.guesses[0].length) ? data.guesses : 0;
    const head = texts > 1 ? HEAD : 8;
    this.below = 20 + GUESS * this.guesses + (this.guesses ? 4 : 0);
    this.rowHeight = head + this.lanes + this.below + 2 * METER + 8;
    this.tops = this.rows.map((_, row) => row * (this.rowHeight + 8) + head);
    this.height = this.tops.at(-1) + this.rowHeight - head;
    this.smallest = data.noun === "word" ? 46 : 34; // pixels of a column at first, if the text fits so
  }

  get ruler() { return Math.max(3, this.step * 0.28); }
  get box() { return this.step - this.ruler; }
  get inSight() { return this.width / this.step; }

  build() {
    const { data } = this;
    this.scroller = block("scroller");
    this.scroller.tabIndex = 0;
    const counts = this.rows.map((row) => row.tokens.length.toLocaleString("en")).join(" and ");
    setAll(this.scroller, { role: "group", "aria-label": `${counts} tokens, one box each; arrow keys move, Enter picks` });
    // The picture is as wide as its place and stands still; the track with the columns moves behind a window in it.
    this.svg = element("svg", { height: this.height, "data-figure": "Sentences, word by word" });
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

  resize() {
    const width = this.scroller.clientWidth - NAMES;
    if (width <= 0 || width === this.width) return;
    const first = this.width === undefined;
    this.width = width;
    setAll(this.svg, { width: width + NAMES });
    for (const part of [this.view, this.ground]) part.setAttribute("width", width);
    this.strip.fit(width);
    if (!first) return this.look(this.scroller.scrollLeft / this.step, this.scroller.scrollLeft / this.step + width / this.step, false);
    this.usual = Math.max(this.smallest, Math.min(76, (width - 8) / this.columns));
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
      const group = element("g", { transform: `translate(${(this.ruler + column * this.step).toFixed(2)} 0)` });
      this.rows.forEach((row, place) => {
        const position = column - row.offset;
        if (position >= 0 && position < row.tokens.length) group.append(this.cell(row, place, position));
      });
      this.drawn.set(column, group);
      this.track.append(group);
    }
  }

  column({ row, position }) { return this.rows[row].offset + position; }

  // ---- drawing ----

  names(row, place) {
    const { data } = this, top = this.tops[place], wide = this.lane >= 26;
    const names = data.clusters.flatMap((cluster, index) => {
      const group = element("g", { class: "cluster", role: "button", tabindex: 0, "aria-label": `cluster ${index + 1}: ${cluster.units} units, ${cluster.words.join(" ")}` });
      const middle = top + this.lane * (index + 0.5), size = `${cluster.units} unit${cluster.units === 1 ? "" : "s"}`;
      const words = shorten(cluster.words.slice(0, 3).join(" "), wide ? 24 : 17);
      group.append(element("rect", { class: "target", x: 0, y: top + this.lane * index, width: NAMES - 6, height: this.lane, rx: 4 }));
      if (wide && this.lane >= 34) group.append(text(4, middle - 2, `${index + 1} · ${size}`, "name"), text(4, middle + 12, words, "note"));
      else group.append(text(4, middle + 4, `${index + 1}`, "name"), text(24, middle + 4, words, "note"));
      group.addEventListener("pointerenter", (event) => this.hoverCluster(index, event.currentTarget));
      group.addEventListener("pointerleave", () => this.leave());
      group.addEventListener("focus", (event) => this.hoverCluster(index, event.currentTarget));
      group.addEventListener("blur", () => this.leave());
      const choose = () => this.tell("picked", { cluster: index });
      group.addEventListener("click", choose);
      group.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } });
      return [group];
    });
    const y = top + this.lanes;
    if (this.rows.length > 1) names.unshift(text(4, top - 8, row.title, "name"));
    names.push(text(4, y + 16, data.noun, "name"));
    if (this.guesses) names.push(text(4, y + 20 + GUESS, "expected here", "name"), text(4, y + 20 + 2 * GUESS, "likeliest first", "note"));
    const meters = y + this.below;
    names.push(text(4, meters + 20, "change", "name"), text(4, meters + 34, "mean per unit", "note"));
    names.push(text(4, meters + METER + 20, shorten(row.meter.name, 24), "name"), text(4, meters + METER + 34, row.meter.note, "note"));
    return names;
  }

  cell(row, place, position) {
    const top = this.tops[place], group = element("g", { class: "column", transform: `translate(0 ${top})` });
    group.dataset.place = `${place}-${position}`;
    group.classList.toggle("picked", this.isPicked(place, position));
    group.classList.toggle("aligned", row.aligned === position);
    const token = row.tokens[position], known = !row.unknown.has(position);
    const box = element("rect", {
      class: "box", x: 0, y: -3, width: this.box, height: this.lanes + 6, rx: Math.min(6, this.box / 5), role: "button",
      "aria-label": `${token}, ${this.rows.length > 1 ? `${row.title.toLowerCase()}, ` : ""}position ${position + 1}`,
    });
    group.append(box);
    for (let cluster = 0; cluster < this.data.clusters.length; cluster++) group.append(this.glyph(row, position, cluster));
    const middle = this.box / 2, y = this.lanes, numbers = this.step >= 27, letters = Math.floor(this.step / 7.4);
    const centred = (at, content, className) => {
      const node = text(middle, at, content, className);
      node.setAttribute("text-anchor", "middle");
      group.append(node);
      return node;
    };
    if (this.step >= 15) centred(y + 16, shorten(token, Math.max(1, letters)), `token${known ? "" : " unknown"}`);
    if (this.guesses && position > 0 && this.step >= 27) {
      row.guesses[position - 1].slice(0, this.guesses).forEach(([guess], rank) => {
        centred(y + 20 + GUESS * (rank + 1), shorten(guess, Math.floor(this.step / 6.2)), `guess${guess === token ? " right" : ""}`);
      });
    }
    const change = y + this.below + METER;
    this.meter(group, row.changes[position] / this.largestChange, change);
    if (numbers) centred(change - 3, row.changes[position].toFixed(this.step > 40 ? 3 : 2).replace("0.", "."), "note");
    const value = row.surprise[position];
    if (row.probability) this.curve(group, row, position, change, centred, numbers);
    else if (value !== null) {
      this.meter(group, value / this.largestSurprise, change + METER);
      if (numbers) centred(change + METER - 3, value.toFixed(1), "note");
    }
    return group;
  }

  meter(group, share, bottom) {
    const height = (METER - 20) * share, width = Math.min(16, this.box * 0.7);
    group.append(element("rect", { class: "meter", x: (this.box - width) / 2, width, y: bottom - 15 - height, height, rx: 1.5 }));
  }

  // The probability of one class along the text: a line with a dash at one half.
  curve(group, row, position, top, centred, numbers) {
    const at = (share) => top + 6 + (METER - 22) * (1 - share), middle = this.box / 2;
    const own = row.probability[position];
    group.append(element("line", { class: "half", x1: -this.ruler, x2: this.box, y1: at(0.5), y2: at(0.5) }));
    if (position > 0) group.append(element("line", { class: "curve", x1: middle - this.step, x2: middle, y1: at(row.probability[position - 1]), y2: at(own) }));
    group.append(element("circle", { class: own >= 0.5 ? "dot up" : "dot under", cx: middle, cy: at(own), r: Math.min(3.6, this.step / 5) }));
    if (numbers) centred(top + METER - 3, `${Math.round(100 * own)}${this.step > 34 ? " %" : ""}`, "note");
  }

  // One lane: held from below zero to above it; gained parts at its ends, lost parts beyond them.
  glyph(row, position, cluster) {
    const [up, down, gainedUp, lostUp, gainedDown, lostDown, kept] = this.parts(row, position, cluster);
    const zero = this.lane * (cluster + 0.5), half = this.lane / 2 - (this.lane > 22 ? 3 : 1.5);
    const width = Math.max(2, this.box * 0.56), x = (this.box - width) / 2, group = element("g", { class: "lane" });
    group.classList.toggle("faint", this.lit !== null && this.lit !== cluster);
    const clamp = (share) => Math.max(-1, Math.min(1, share));
    const bar = (className, one, other, inset = 0) => {
      const from = clamp(one), to = clamp(other), height = half * Math.abs(to - from);
      if (height < 0.3) return;
      group.append(element("rect", {
        class: className, x: (x + inset).toFixed(2), width: Math.max(1, width - 2 * inset).toFixed(2),
        y: (zero - half * Math.max(from, to)).toFixed(2), height: height.toFixed(2),
      }));
    };
    bar("held", -down, up);
    bar("up", up - gainedUp, up);
    bar("down", -down, -down + gainedDown);
    bar("lost of-up", up, up + lostUp, 0.7);
    bar("lost of-down", -down - lostDown, -down, 0.7);
    // What is beyond the lane is cut off, and a notch says so.
    for (const [beyond, side] of [[up + lostUp, -1], [down + lostDown, 1]]) {
      if (beyond > 1.02) {
        const y = zero + side * half, middle = this.box / 2, wide = Math.min(4, middle);
        group.append(element("path", { class: "notch", d: `M${middle - wide} ${y - side * 0.5}L${middle} ${y - side * 4.5}L${middle + wide} ${y - side * 0.5}Z` }));
      }
    }
    group.append(element("line", { class: "zero", x1: 1, x2: this.box - 1, y1: zero, y2: zero }));
    if (position > 0 && this.step >= 18) {
      const start = -this.ruler + 3, end = -3;
      group.append(element("line", { class: "rail", x1: start, x2: end, y1: zero, y2: zero }));
      if (kept > 0.02) group.append(element("line", { class: "kept", x1: start, x2: start + (end - start) * kept, y1: zero, y2: zero }));
    }
    return group;
  }

  // Seven shares, of which the first six are of what fills a lane.
  parts(row, position, cluster) {
    const start = (position * this.data.clusters.length + cluster) * PARTS, scale = row.reach / this.full / 255;
    return Array.from(row.flow.subarray(start, start + PARTS), (level, part) => (part === PARTS - 1 ? level / 255 : level * scale));
  }

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
    const said = this.describe(target);
    this.tip.textContent = said;
    this.tip.classList.add("shown");
    const frame = this.root.getBoundingClientRect(), x = anchor.clientX - frame.left, y = anchor.clientY - frame.top;
    const width = this.tip.offsetWidth, height = this.tip.offsetHeight;
    this.tip.style.left = `${x + 18 + width < frame.width ? x + 18 : Math.max(0, x - width - 18)}px`;
    this.tip.style.top = `${Math.max(0, Math.min(y + 12, frame.height - height))}px`;
  }

  hoverCluster(index, anchor) {
    this.light(index);
    const { words, strongest, units } = this.data.clusters[index];
    this.tip.textContent = `cluster ${index + 1}: ${units} unit${units === 1 ? "" : "s"}\nstrongest units: ${strongest.join(", ")}\nmoved by: ${words.join(" ") || "no word of its own"}\na click leads to it in the memory map`;
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

  describe({ row: place, position, cluster }) {
    const row = this.rows[place], { data } = this;
    const lines = [`${row.tokens[position]}${row.unknown.has(position) ? "  (not in the vocabulary: read as <unk>)" : ""}`];
    if (cluster !== null) {
      const shares = this.parts(row, position, cluster).map((share, part) => (part < PARTS - 1 ? share * this.full : share));
      const [up, down, gainedUp, lostUp, gainedDown, lostDown, kept] = shares;
      lines.push(`cluster ${cluster + 1} · ${data.clusters[cluster].words.slice(0, 4).join(" ")}`);
      lines.push(`holds +${up.toFixed(2)} −${down.toFixed(2)} per unit; gained ${(gainedUp + gainedDown).toFixed(2)}, lost ${(lostUp + lostDown).toFixed(2)}`
        + (position > 0 ? `, kept ${Math.round(100 * kept)} %` : ""));
      const start = (position * data.clusters.length + cluster) * STRONGEST, moved = [];
      for (let rank = start; rank < start + STRONGEST; rank++) {
        if (row.units[rank] !== NO_UNIT) moved.push(`${row.units[rank]} (${signed((row.moves[rank] / 127) * row.largestMove)})`);
      }
      if (moved.length) lines.push(`units that moved most: ${moved.join(", ")}`);
    }
    lines.push(`change ${row.changes[position].toFixed(3)} per unit, number ${row.ranks[position]} of ${row.tokens.length}`);
    const nats = row.surprise[position];
    if (nats !== null) lines.push(`surprise ${nats.toFixed(2)} nats`);
    lines.push(row.meter.heading, ...row.guesses[position].map(([name, p]) => `   ${name}   ${percent(p)}`));
    return lines.join("\n");
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
    this.spoken.textContent = this.describe(this.cursor);
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

  isPicked(row, position) {
    const { picked } = this.data;
    return picked !== null && picked.row === row && picked.position === position;
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
    const scale = document.createElement("span");
    scale.textContent = `half a lane: ${this.full.toFixed(2)} per unit${this.rows.length > 1 ? ", in every text" : ""}${this.cut ? "; more is cut off, with a notch" : ""}`;
    legend.append(scale);
    return legend;
  }
}

const bytes = (encoded) => Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
const shorten = (label, longest) => {
  const letters = [...label];
  return letters.length > longest ? `${letters.slice(0, Math.max(1, longest - 1)).join("")}…` : label;
};
