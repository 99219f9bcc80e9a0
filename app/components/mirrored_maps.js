// Two memory maps that face each other: A with its chips on the left, B with them on the right, so that the clouds meet.
// What is pointed at on one side shows on the other: the same word, or the cluster that shares most words. Text enters
// by textContent.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".mirrored");
  if (!root) {
    root = block("mirrored");
    parentElement.appendChild(root);
    root.maps = new MirroredMaps(root);
  }
  root.maps.tellServer = (side, target) => setTriggerValue("picked", { side, kind: target?.kind ?? null, index: target?.index ?? null });
  root.maps.update(data);
  const observer = new ResizeObserver(() => root.maps.fit());
  observer.observe(root);
  root.maps.fit();
  return () => observer.disconnect();
}

// A memory map with half the room: a legend of two lines, and a flag for a word that is shown but has no place.
class HalfMap extends MemoryMap {
  show(target) {
    if (!this.plan) return;
    super.show(target);
    const { data, plan } = this;
    const cluster = target?.kind === "word" ? data.wordClusters[target.index] : -1;
    if (cluster < 0 || plan.words[target.index]) return;
    const { cloud } = plan.clusters[cluster];
    const label = shorten(data.words[target.index]);
    const width = Math.min(textWidth(label, this.family) + 14, cloud.width);
    const x = this.options.mirrored ? cloud.x + 6 : cloud.x + cloud.width - width - 6;
    const y = cloud.y + cloud.height - 9;
    const flag = element("g", { class: "flag" });
    const written = text(x + 7, y + 13, label, "note");
    flag.append(element("rect", { x, y, width, height: 18, rx: 4 }), written);
    this.layers.cursor.append(flag);
    if (written.getComputedTextLength() > width - 14) written.setAttribute("textLength", width - 14);
  }

  drawLegend() {
    const { data, plan } = this;
    const y = plan.bottom + 34;
    const clip = data.clip < 0.1 ? data.clip.toPrecision(2) : data.clip.toFixed(2);
    const row = [text(0, y, `−${clip}`, "note")];
    let x = textWidth(`−${clip}`, this.family) + 5;
    for (let level = -9; level <= 9; level++, x += 5) {
      row.push(element("rect", { x, y: y - 9, width: 5, height: 10, fill: level < 0 ? NEGATIVE : POSITIVE, "fill-opacity": Math.abs(level) / 9 }));
    }
    row.push(text((x += 5), y, `+${clip}`, "note"));
    x += textWidth(`+${clip}`, this.family) + 16;
    for (const [sign, meaning] of [["positive", "raises"], ["negative", "lowers: dashed, bar, dots"]]) {
      row.push(element("path", { class: `link ${sign}`, d: `M${x} ${y - 4}h26`, "stroke-width": 4 }), text(x + 31, y, meaning, "note"));
      x += textWidth(meaning, this.family) + 45;
    }
    this.caption = text(0, plan.bottom + 14, "", "note");
    this.layers.legend.replaceChildren(this.caption, ...row, ...this.tagLegend(y + 22));
  }

  // Parts of speech in as many lines as they need, and as much more of the picture.
  tagLegend(y) {
    let x = 0;
    const groups = super.tagLegend(0).map((group) => {
      const wide = textWidth(group.textContent, this.family) + 26;
      const at = Number(group.querySelector("text").getAttribute("x")) - 14;
      if (x + wide > this.width) [x, y] = [0, y + 18];
      group.setAttribute("transform", `translate(${x - at} ${y})`);
      x += wide;
      return group;
    });
    const height = Math.max(this.plan.height, groups.length ? y + 10 : 0);
    setAll(this.svg, { viewBox: `0 0 ${this.width} ${height}`, height });
    return groups;
  }
}

class MirroredMaps {
  constructor(root) {
    this.root = root;
    this.said = block("said");
    this.said.setAttribute("aria-live", "polite");
    const pair = block("pair");
    this.frames = ["A", "B"].map((side, place) => {
      const frame = block(`side ${side === "A" ? "first" : "second"}`);
      const head = block("head"), map = block("map");
      frame.append(head, map);
      pair.append(frame);
      const drawing = new HalfMap(map, {
        mirrored: side === "B",
        title: `Memory map of ${side}`,
        onHover: (target) => this.hover(place, target),
        onPick: (target) => this.pick(place, target),
      });
      return { head, map: drawing };
    });
    root.replaceChildren(this.said, pair);
  }

  update(data) {
    this.data = data;
    // What is picked on one side alone, as a cluster, may have a counterpart on the other.
    this.source = data.picked[0] ? 0 : 1;
    const picked = data.picked.map((target, place) => target ?? (data.picked[1 - place] ? this.across(1 - place, data.picked[1 - place]) : null));
    this.frames.forEach(({ head, map }, place) => {
      const side = data.sides[place];
      const name = document.createElement("b");
      name.textContent = side.side;
      head.replaceChildren(name, ` ${side.what}`);
      map.update({ ...side.map, picked: picked[place] });
    });
    this.say(this.source, data.picked[this.source]);
  }

  fit() {
    this.root.classList.toggle("stacked", this.root.clientWidth < 700);
    for (const { map } of this.frames) map.fit();
  }

  hover(place, target) {
    const other = this.frames[1 - place].map;
    if (!other.data) return;
    other.show(target ? this.across(place, target) : other.picked);
    if (target) this.say(place, target);
    else this.say(this.source, this.frames[this.source].map.picked);
  }

  pick(place, target) {
    const other = this.frames[1 - place].map;
    other.picked = target ? this.across(place, target) : null;
    other.draw();
    this.source = place;
    this.say(place, target);
    this.tellServer(this.data.sides[place].side, target);
  }

  // What on the other side belongs to a target: the same word, the cluster that shares most words, or nothing.
  across(place, { kind, index }) {
    const side = this.data.sides[place];
    if (kind === "word") return side.places[index] >= 0 ? { kind, index: side.places[index] } : null;
    if (kind === "unit") return this.data.sameUnits ? { kind, index } : null;
    const best = kind === "cluster" ? this.partner(side, index) : null;
    return best === null ? null : { kind, index: best };
  }

  partner(side, index) {
    const counts = side.shared[index];
    return counts?.some((count) => count) ? counts.indexOf(Math.max(...counts)) : null;
  }

  // ---- what is said of a target on one side ----

  say(place, target) {
    const [own, other] = place ? [...this.data.sides].reverse() : this.data.sides;
    const { noun } = own.map;
    if (!target) {
      this.said.textContent = own.places.some((there) => there >= 0)
        ? `Point at a ${noun} to see it on both sides; a click keeps it. Both sides have one colour scale.`
        : "Point at what you want to see on its side; a click keeps it. The two sides have nothing in common but the colour scale.";
      return;
    }
    this.said.textContent = target.kind === "word" ? this.ofWord(own, other, target.index)
      : target.kind === "cluster" ? this.ofCluster(own, other, target.index)
        : this.ofUnit(own, other, target.index);
  }

  ofWord(own, other, word) {
    const there = own.places[word];
    const name = `“${shorten(own.map.words[word])}”`;
    const here = `${name} in ${own.side}: ${this.where(own, word)}`;
    if (there === -2) return `${here}. ${other.side} does not have it in its vocabulary.`;
    if (there === -1) return `${here}. It is not among the ${other.map.words.length} ${other.map.noun}s of ${other.side}, where it is rarer.`;
    return `${here}; in ${other.side}: ${this.where(other, there)}.`;
  }

  where({ map }, word) {
    const cluster = map.wordClusters[word];
    const drawn = cluster < 0 || map.clusters[cluster].placed.some(([placed]) => placed === word);
    return `${cluster < 0 ? "no cluster" : `cluster ${cluster + 1}`}${drawn ? "" : " (not drawn)"}, ${map.counts[word].toLocaleString("en")} times`;
  }

  ofUnit(own, other, unit) {
    if (!this.data.sameUnits) return `Unit ${unit} of ${own.side}: the units of ${own.side} and ${other.side} have nothing to do with each other, so that none of ${other.side} is shown.`;
    const cluster = ({ map }) => (map.unitClusters[unit] < 0 ? "no cluster" : `cluster ${map.unitClusters[unit] + 1}`);
    return `Unit ${unit}: ${cluster(own)} in ${own.side}, ${cluster(other)} in ${other.side}.`;
  }

  ofCluster(own, other, index) {
    const partner = this.partner(own, index);
    const name = `Cluster ${index + 1} of ${own.side}`;
    if (partner === null) return `${name} has no ${own.map.noun}s in common with ${other.side}.`;
    const counts = own.shared[index];
    const all = counts.reduce((sum, count) => sum + count, 0);
    return `${name}: most of its ${own.map.noun}s in common are in cluster ${partner + 1} of ${other.side}, ${counts[partner]} of ${all}.`;
  }
}
