// Units × positions on a canvas: only what is in sight is drawn, from one picture with a pixel per value. The pointer
// and the arrow keys tell values; a click or Enter picks a unit at a position. Text enters by textContent.

const TALLEST = 480; // pixels

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
    this.levels = new Int8Array(bytes(data.levels).buffer);
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
    this.root.replaceChildren(this.scroller, heatLegend(data, this.paper), this.tip, this.spoken);
    this.scroller.addEventListener("scroll", () => this.draw());
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.tip.classList.remove("shown"));
    this.canvas.addEventListener("click", (event) => this.choose(this.at(event)));
    this.scroller.addEventListener("keydown", (event) => this.key(event));
  }

  // One pixel per value, once.
  paint() {
    const { data } = this;
    const shades = heatShades(data, this.paper);
    this.picture = document.createElement("canvas");
    this.picture.width = this.positions;
    this.picture.height = this.units;
    const pen = this.picture.getContext("2d"), image = pen.createImageData(this.positions, this.units);
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
    drawClusters(this, top);
    drawTokens(this, left, ink);
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
}
