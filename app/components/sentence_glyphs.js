// Texts as rows of boxes, one per token; in each box a lane per unit cluster with what it holds (grey), gained (filled)
// and lost (dashed outline, where it stood); between the boxes how much of the memory was kept. Several texts stand one
// under another on one scale. Hovering is answered here; picks go to the server. Text enters by textContent.

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

class Glyphs extends ScrolledGlyphs {
  constructor(root, data, tell) {
    super(root, data, tell);
    this.cursor = null;
    this.tip = block("tip");
    this.spoken = block("spoken");
    this.spoken.setAttribute("aria-live", "polite");
    root.append(this.legend(), this.tip, this.spoken);
    this.left.querySelectorAll(".cluster").forEach((group, place) => this.listen(group, place % data.clusters.length));
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
