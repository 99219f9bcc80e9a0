// Two memory maps that face each other: A with its chips on the left, B with them on the right, so that the clouds meet.
// What is pointed at on one side shows on the other: the same word, or the cluster that shares most words. Text enters
// by textContent.

// Pixels: of the bar of the page, of what is said, of names, headings and legend; of parts of speech; the least that is left.
const AROUND = 224, TAGS = 42, LEAST = 360;

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".mirrored");
  if (!root) {
    root = block("mirrored");
    parentElement.appendChild(root);
    root.maps = new MirroredMaps(root);
  }
  root.maps.tellServer = (side, target) => setTriggerValue("picked", { side, kind: target?.kind ?? null, index: target?.index ?? null });
  root.maps.update(data);
  const fit = () => root.maps.fit(), observer = new ResizeObserver(fit);
  observer.observe(root);
  window.addEventListener("resize", fit);
  fit();
  return () => {
    observer.disconnect();
    window.removeEventListener("resize", fit);
  };
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

  // Beside each other, both are seen at once, as a whole, if the window is high enough for words that can be read.
  fit() {
    const stacked = this.root.clientWidth < 700, tagged = this.data.sides.some((side) => side.map.tags?.length);
    this.root.classList.toggle("stacked", stacked);
    const tallest = Math.max(LEAST, window.innerHeight - AROUND - (tagged ? TAGS : 0));
    for (const { map } of this.frames) map.fit(stacked ? Infinity : tallest);
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
