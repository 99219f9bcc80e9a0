// Units × positions on a canvas: only what is in sight is drawn, from one picture with a pixel per value. The pointer
// and the arrow keys tell values; a click or Enter picks a unit at a position. Text enters by textContent.

const AXIS = 86, TALLEST = 480, FLAT = 40;
// From below zero over nothing to above it: the two ends differ in lightness too, for eyes and printers without colour.
const RAMPS = {
  light: { low: [9, 66, 120], high: [255, 120, 40], full: [38, 40, 52] },
  dark: { low: [11, 135, 216], high: [255, 190, 130], full: [245, 245, 245] },
};

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".heat");
  if (!root) {
    root = block("heat");
    parentElement.appendChild(root);
  }
  const paper = getComputedStyle(root).getPropertyValue("--paper").trim();
  if (root.heat?.data.key === data.key && root.heat.paper === paper) root.heat.pick(data.unit, data.position);
  else {
    root.heat?.observer.disconnect();
    root.heat = new UnitHeatmap(root, data, paper, (unit, position) => setTriggerValue("picked", { unit, position }));
  }
  return () => root.heat?.observer.disconnect();
}

class UnitHeatmap {
  constructor(root, data, paper, tell) {
    Object.assign(this, { root, data, paper, tell, cursor: null });
    this.levels = new Int8Array(Uint8Array.from(atob(data.levels), (char) => char.charCodeAt(0)).buffer);
    this.units = data.units.length;
    this.positions = data.tokens.length;
    this.rowOf = new Map(data.units.map((unit, row) => [unit, row]));
    this.build();
    this.paint();
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.scroller);
  }

  value(row, position) {
    return (this.levels[row * this.positions + position] * this.data.scale) / 127;
  }

  build() {
    const { data } = this;
    this.scroller = block("view");
    this.scroller.tabIndex = 0;
    setAll(this.scroller, {
      role: "application",
      "aria-label": `${data.name}: ${this.units} units by ${this.positions} tokens; arrow keys tell values, Enter picks`,
    });
    this.room = block("room");
    this.canvas = document.createElement("canvas");
    this.canvas.dataset.figure = `Units along the text: ${data.name}`;
    this.room.append(this.canvas);
    this.scroller.append(this.room);
    this.tip = block("tip");
    this.spoken = block("spoken");
    this.spoken.setAttribute("aria-live", "polite");
    this.root.replaceChildren(this.scroller, this.legend(), this.tip, this.spoken);
    this.scroller.addEventListener("scroll", () => this.draw());
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.tip.classList.remove("shown"));
    this.canvas.addEventListener("click", (event) => this.choose(this.at(event)));
    this.scroller.addEventListener("keydown", (event) => this.key(event));
  }

  // One pixel per value, once.
  paint() {
    const { data } = this;
    const dark = luminance(this.paper) < 0.5, ramp = RAMPS[dark ? "dark" : "light"], ground = colour(this.paper);
    this.picture = document.createElement("canvas");
    this.picture.width = this.positions;
    this.picture.height = this.units;
    const pen = this.picture.getContext("2d"), image = pen.createImageData(this.positions, this.units);
    const shades = Array.from({ length: 256 }, (_, level) => {
      const value = ((level > 127 ? level - 256 : level) * data.scale) / 127;
      const share = Math.min(1, Math.abs(value) / data.clip), end = !data.signed ? ramp.full : value < 0 ? ramp.low : ramp.high;
      return ground.map((part, index) => part + (end[index] - part) * share);
    });
    this.levels.forEach((level, place) => {
      const shade = shades[level & 255];
      image.data.set([shade[0], shade[1], shade[2], 255], place * 4);
    });
    pen.putImageData(image, 0, 0);
  }

  fit() {
    const width = this.scroller.clientWidth;
    if (!width) return;
    this.width = width;
    this.rowSize = Math.max(2, Math.min(16, TALLEST / this.units));
    this.columnSize = Math.max(7, Math.min(110, (width - AXIS) / this.positions));
    const foot = this.columnSize >= FLAT ? 26 : 66; // tokens are written flat where there is room
    const tall = Math.min(TALLEST, this.units * this.rowSize);
    this.scroller.style.height = `${tall + foot + 16}px`;
    setAll(this.room, { style: `width:${AXIS + this.positions * this.columnSize}px;height:${this.units * this.rowSize + foot}px` });
    this.tall = tall;
    this.foot = foot;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = (tall + foot) * ratio;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${tall + foot}px`;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const at = this.data.position - this.data.start;
    if (this.scroller.scrollLeft === 0 && at * this.columnSize > width - AXIS) this.scroller.scrollLeft = at * this.columnSize - width / 2;
    this.draw();
  }

  draw() {
    if (!this.pen) return;
    const { pen, data, rowSize, columnSize, tall, width } = this;
    const left = this.scroller.scrollLeft, top = this.scroller.scrollTop, style = getComputedStyle(this.root);
    const ink = style.getPropertyValue("--ink");
    pen.clearRect(0, 0, width, tall + this.foot);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(
      this.picture, left / columnSize, top / rowSize, (width - AXIS) / columnSize, tall / rowSize, AXIS, 0, width - AXIS, tall,
    );
    pen.fillStyle = pen.strokeStyle = ink;
    pen.font = `12px ${style.fontFamily}`;
    pen.textBaseline = "middle";
    this.axis(left, top, ink);
    const position = data.position - data.start, row = data.unit === null ? -1 : this.rowOf.get(data.unit) ?? -1;
    pen.lineWidth = 1.6;
    if (position >= 0 && position < this.positions) pen.strokeRect(AXIS + position * columnSize - left + 0.5, 0.5, columnSize - 1, tall - 1);
    if (row >= 0) pen.strokeRect(AXIS, row * rowSize - top - 0.5, width - AXIS, rowSize + 1);
    if (this.cursor) {
      pen.setLineDash([2, 2]);
      pen.strokeRect(AXIS + this.cursor.position * columnSize - left, this.cursor.row * rowSize - top, columnSize, rowSize);
      pen.setLineDash([]);
    }
  }

  // Cluster borders and names on the left, tokens below.
  axis(left, top, ink) {
    const { pen, data, rowSize, columnSize, tall, width } = this;
    let start = 0;
    pen.textAlign = "left";
    for (let row = 1; row <= this.units; row++) {
      if (row < this.units && data.clusters[row] === data.clusters[start]) continue;
      const from = start * rowSize - top, to = row * rowSize - top;
      if (to > 0 && from < tall) {
        pen.globalAlpha = 0.45;
        pen.fillRect(0, Math.round(to) - 0.5, width, 1);
        pen.globalAlpha = 1;
        const shownFrom = Math.max(0, from), shownTo = Math.min(tall, to);
        if (shownTo - shownFrom >= 12) {
          const name = data.clusters[start] < data.k ? `cluster ${data.clusters[start] + 1}` : "no cluster";
          pen.fillText(name, 4, (shownFrom + shownTo) / 2);
        }
      }
      start = row;
    }
    pen.clearRect(0, tall, width, this.foot);
    const first = Math.max(0, Math.floor(left / columnSize)), every = Math.ceil(13 / columnSize);
    pen.save();
    pen.beginPath();
    pen.rect(AXIS - 8, tall, width, this.foot);
    pen.clip();
    for (let position = first - (first % every); position < this.positions; position += every) {
      const x = AXIS + (position + 0.5) * columnSize - left;
      if (x > width) break;
      const flat = columnSize >= FLAT, longest = flat ? Math.floor(columnSize / 7) : 9, letters = [...data.tokens[position]];
      const shown = letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : data.tokens[position];
      pen.fillStyle = ink;
      pen.save();
      pen.translate(x, tall + 8);
      if (!flat) pen.rotate(-Math.PI / 3);
      pen.textAlign = flat ? "center" : "right";
      pen.fillText(shown, 0, flat ? 6 : 2);
      pen.restore();
    }
    pen.restore();
  }

  at(event) {
    const frame = this.canvas.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
    const position = Math.floor((x - AXIS + this.scroller.scrollLeft) / this.columnSize), row = Math.floor((y + this.scroller.scrollTop) / this.rowSize);
    return x < AXIS || y > this.tall || position >= this.positions || row >= this.units ? null : { row, position };
  }

  tellOf({ row, position }) {
    const { data } = this, value = this.value(row, position);
    const cluster = data.clusters[row] < data.k ? `cluster ${data.clusters[row] + 1}` : "no cluster";
    return `unit ${data.units[row]} (${cluster}) at ${data.start + position + 1} · ${data.tokens[position]}\n`
      + `${data.name} ${value < 0 ? "−" : data.signed ? "+" : ""}${Math.abs(value).toFixed(2)}`;
  }

  hover(event) {
    const target = this.at(event);
    this.tip.classList.toggle("shown", target !== null);
    if (!target) return;
    this.tip.textContent = this.tellOf(target);
    const frame = this.root.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
    this.tip.style.left = `${x + 16 + this.tip.offsetWidth < frame.width ? x + 16 : x - this.tip.offsetWidth - 12}px`;
    this.tip.style.top = `${y + 14}px`;
  }

  key(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Enter" && this.cursor) return this.choose(this.cursor);
    if (!steps) return;
    event.preventDefault();
    const at = this.cursor ?? { row: Math.max(0, this.rowOf.get(this.data.unit) ?? 0), position: Math.max(0, this.data.position - this.data.start) };
    this.cursor = {
      row: Math.max(0, Math.min(this.units - 1, at.row + steps[0])), position: Math.max(0, Math.min(this.positions - 1, at.position + steps[1])),
    };
    const x = this.cursor.position * this.columnSize, y = this.cursor.row * this.rowSize, { scroller } = this;
    if (x < scroller.scrollLeft || x + this.columnSize > scroller.scrollLeft + this.width - AXIS) scroller.scrollLeft = x - this.width / 2;
    if (y < scroller.scrollTop || y + this.rowSize > scroller.scrollTop + this.tall) scroller.scrollTop = y - this.tall / 2;
    this.spoken.textContent = this.tellOf(this.cursor);
    this.draw();
  }

  choose(target) {
    if (!target) return;
    this.tell(this.data.units[target.row], this.data.start + target.position);
  }

  pick(unit, position) {
    Object.assign(this.data, { unit, position });
    this.draw();
  }

  legend() {
    const { data } = this, legend = block("legend"), dark = luminance(this.paper) < 0.5, ramp = RAMPS[dark ? "dark" : "light"];
    const css = (parts) => `rgb(${parts.join(" ")})`;
    const bar = document.createElement("span");
    bar.className = "ramp";
    bar.style.background = data.signed
      ? `linear-gradient(90deg, ${css(ramp.low)}, ${this.paper} 50%, ${css(ramp.high)})` : `linear-gradient(90deg, ${this.paper}, ${css(ramp.full)})`;
    const clip = data.clip.toFixed(2), clipped = data.scale > data.clip * 1.005;
    const note = document.createElement("span");
    note.textContent = data.signed && clipped ? `full colour from ${clip} on; the largest is ${data.scale.toFixed(2)}` : "";
    legend.append(data.name, data.signed ? ` −${clip}` : " 0", bar, data.signed ? `+${clip}` : "1", note);
    return legend;
  }
}

// The parts of a colour, whatever way the theme writes it.
function colour(css) {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.fillStyle = css;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

function luminance(css) {
  const [red, green, blue] = colour(css);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
