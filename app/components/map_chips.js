// Chips of units on a memory map: a box per cluster, a place and a square per unit, the colour and the sign of a square.
// A square that was drawn before is moved, so that the eye follows it. map: a MemoryMap.

const POSITIVE = "#ff5b09", NEGATIVE = "#0b87d8", CUE = 0.25; // share of the clip from which the sign is also marked

class MapChips {
  constructor(map) {
    Object.assign(this, { map, squares: [] });
    this.sign = map.layers.signs.appendChild(element("path", { class: "sign" }));
  }

  clear() {
    this.squares = [];
  }

  // The boxes of chips and clouds with what stands beside them, and the places of the units.
  drawBoxes() {
    const { data, plan, layers } = this.map, { mirrored } = this.map.options;
    const before = layers.boxes.children;
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
    layers.boxes.replaceChildren(...boxes);
    layers.slots.replaceChildren(element("path", { class: "slot", d: slots, "data-pitch": pitch }));
  }

  // Squares at their places; word: whose response they show, or null.
  draw(word) {
    const { plan, data, layers } = this.map, { squares } = this;
    while (squares.length > plan.units.length) squares.pop()?.remove();
    for (let unit = 0; unit < data.unitClusters.length; unit++) {
      if (!plan.units[unit]) {
        squares[unit]?.remove();
        squares[unit] = undefined;
        continue;
      }
      let square = squares[unit];
      if (!square) {
        square = element("rect", { class: "unit", role: "button", "data-kind": "unit", "data-index": unit, "aria-label": `unit ${unit}` });
        layers.squares.append(square);
        squares[unit] = square;
      }
      if (square.edge !== plan.edge) {
        square.edge = plan.edge; // small ones have sharp corners: thousands of round ones take long to paint
        setAll(square, { width: plan.edge, height: plan.edge, rx: plan.edge > 7 ? 2 : 0 });
      }
      moveTo(square, ...plan.units[unit]);
      square.dataset.response = word === null ? "" : this.map.response(word, unit).toFixed(3);
    }
  }

  // What has not changed is left alone: 3,000 units are painted anew while the pointer moves.
  paint(word) {
    const { data, plan, levels } = this.map;
    const row = word === null ? null : word * data.unitClusters.length;
    const full = (127 * data.clip) / data.scale; // the level at which the colour is full
    let signs = "";
    this.squares.forEach((square, unit) => {
      if (!square) return;
      const level = row === null ? null : levels[row + unit];
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

  // A frame around one unit, or around none.
  frame(unit) {
    const { plan, layers } = this.map, at = unit === null ? null : plan.units[unit], { edge } = plan;
    layers.cursor.replaceChildren(...(at
      ? [element("rect", { class: "cursor", x: at[0] - 1.5, y: at[1] - 1.5, width: edge + 3, height: edge + 3, rx: 3 })] : []));
  }
}

function moveTo(node, x, y, scale = 1) {
  const transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)${scale === 1 ? "" : ` scale(${scale.toFixed(2)})`}`;
  if (node.shownTransform !== transform) node.style.transform = node.shownTransform = transform;
}
