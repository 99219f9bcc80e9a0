// What texts as glyphs look like: per token a column with a lane per unit cluster, what was expected, and two meters,
// at a width of `step` pixels. All texts are on one scale. It knows nothing about what is in sight, and answers nobody.

const NAMES = 168, HEAD = 22, METER = 46, GUESS = 13;
const PARTS = 7, STRONGEST = 3, NO_UNIT = 65535;

class GlyphDrawing {
  constructor(data) {
    Object.assign(this, { data, lit: null });
    this.rows = data.rows.map((row) => ({
      ...row, unknown: new Set(row.unknown), flow: bytes(row.flow), units: new Uint16Array(bytes(row.units).buffer), moves: new Int8Array(bytes(row.moves).buffer),
    }));
    this.columns = Math.max(...this.rows.map((row) => row.offset + row.tokens.length));
    this.full = Math.max(...this.rows.map((row) => row.full)); // what fills a lane
    this.cut = this.rows.some((row) => row.reach > this.full * 1.02);
    this.largestChange = Math.max(...this.rows.map((row) => Math.max(...row.changes)), 1e-9);
    this.largestSurprise = Math.max(...this.rows.map((row) => Math.max(...row.surprise.map((nats) => nats ?? 0))), 1e-9);
    this.measure();
  }

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

  // The width of a column at which a text of this length is best read in a place this wide.
  usualStep(width) { return Math.max(this.smallest, Math.min(76, (width - 8) / this.columns)); }

  // What all texts have in one column, drawn in the place of another.
  cells(column, place) {
    const group = element("g", { transform: `translate(${(this.ruler + place * this.step).toFixed(2)} 0)` });
    this.rows.forEach((row, number) => {
      const position = column - row.offset;
      if (position >= 0 && position < row.tokens.length) group.append(this.cell(row, number, position));
    });
    return group;
  }

  names(row, place) {
    const { data } = this, top = this.tops[place], wide = this.lane >= 26;
    const names = data.clusters.flatMap((cluster, index) => {
      const group = element("g", { class: "cluster", role: "button", tabindex: 0, "aria-label": `cluster ${index + 1}: ${cluster.units} units, ${cluster.words.join(" ")}` });
      const middle = top + this.lane * (index + 0.5), size = `${cluster.units} unit${cluster.units === 1 ? "" : "s"}`;
      const words = shorten(cluster.words.slice(0, 3).join(" "), wide ? 24 : 17);
      group.append(element("rect", { class: "target", x: 0, y: top + this.lane * index, width: NAMES - 6, height: this.lane, rx: 4 }));
      if (wide && this.lane >= 34) group.append(text(4, middle - 2, `${index + 1} · ${size}`, "name"), text(4, middle + 12, words, "note"));
      else group.append(text(4, middle + 4, `${index + 1}`, "name"), text(24, middle + 4, words, "note"));
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
    this.drawLanes(group, row, place, position);
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

  drawLanes(cell, row, place, position) {
    this.data.clusters.forEach((_, cluster) => {
      const lane = element("g", { class: "lane" });
      lane.classList.toggle("faint", this.lit !== null && this.lit !== cluster);
      for (const [className, d] of this.laneMarks(row, position, cluster)) lane.append(element("path", { class: className, d }));
      cell.append(lane);
    });
  }

  // [class, path] of one lane: held from below zero to above it; gained parts at its ends, lost parts beyond them.
  // left, top: where the box of the token is.
  laneMarks(row, position, cluster, left = 0, top = 0) {
    const [up, down, gainedUp, lostUp, gainedDown, lostDown, kept] = this.parts(row, position, cluster);
    const zero = top + this.lane * (cluster + 0.5), half = this.lane / 2 - (this.lane > 22 ? 3 : 1.5);
    const width = Math.max(2, this.box * 0.56), x = left + (this.box - width) / 2, marks = [];
    const clamp = (share) => Math.max(-1, Math.min(1, share));
    const bar = (className, one, other, inset = 0) => {
      const from = clamp(one), to = clamp(other), height = half * Math.abs(to - from);
      if (height < 0.3) return;
      const wide = Math.max(1, width - 2 * inset).toFixed(2);
      marks.push([className, `M${(x + inset).toFixed(2)} ${(zero - half * Math.max(from, to)).toFixed(2)}h${wide}v${height.toFixed(2)}h-${wide}z`]);
    };
    const line = (className, from, to) => marks.push([className, `M${(left + from).toFixed(2)} ${zero}H${(left + to).toFixed(2)}`]);
    bar("held", -down, up);
    bar("up", up - gainedUp, up);
    bar("down", -down, -down + gainedDown);
    bar("lost of-up", up, up + lostUp, 0.7);
    bar("lost of-down", -down - lostDown, -down, 0.7);
    // What is beyond the lane is cut off, and a notch says so.
    for (const [beyond, side] of [[up + lostUp, -1], [down + lostDown, 1]]) {
      if (beyond > 1.02) {
        const y = zero + side * half, wide = Math.min(4, this.box / 2), middle = left + this.box / 2;
        marks.push(["notch", `M${(middle - wide).toFixed(2)} ${y - side * 0.5}L${middle.toFixed(2)} ${y - side * 4.5}L${(middle + wide).toFixed(2)} ${y - side * 0.5}Z`]);
      }
    }
    line("zero", 1, this.box - 1);
    if (position > 0 && this.step >= 18) {
      const start = -this.ruler + 3, end = -3;
      line("rail", start, end);
      if (kept > 0.02) line("kept", start, start + (end - start) * kept);
    }
    return marks;
  }

  // Seven shares, of which the first six are of what fills a lane.
  parts(row, position, cluster) {
    const start = (position * this.data.clusters.length + cluster) * PARTS, scale = row.reach / this.full / 255;
    return Array.from(row.flow.subarray(start, start + PARTS), (level, part) => (part === PARTS - 1 ? level / 255 : level * scale));
  }

  isPicked(row, position) {
    const { picked } = this.data;
    return picked !== null && picked.row === row && picked.position === position;
  }
}
