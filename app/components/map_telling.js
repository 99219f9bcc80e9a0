// A memory map in words: what its tip and its voice say of a word, a unit or a cluster. target: { kind, index }.

class MapTip {
  constructor(map) {
    this.map = map;
    this.tip = block("tip");
    this.voice = block("voice");
    this.voice.setAttribute("aria-live", "polite");
  }

  show(target) {
    const { plan, width, options: { mirrored } } = this.map, lines = describeTarget(this.map, target);
    this.tip.replaceChildren(...lines.map((line, place) => {
      const node = block(place ? "line" : "line head");
      node.textContent = line;
      return node;
    }));
    this.voice.textContent = lines.join(". ");
    this.tip.classList.add("shown");
    // Between chips and clouds, where it hides neither. No size is asked for, which would lay the page out at once.
    const [x, y] = middleOf(plan, target), rightward = x < width / 2;
    const inner = plan.clusters.map(({ chip, cloud }) => {
      const box = rightward === !mirrored ? chip : cloud;
      return rightward ? box.x + box.width : box.x;
    });
    const at = rightward ? Math.max(...inner) + 10 : width - Math.min(...inner) + 10;
    Object.assign(this.tip.style, { left: rightward ? `${at}px` : "auto", right: rightward ? "auto" : `${at}px`, top: `${Math.max(44, y)}px` });
  }

  hide() {
    this.tip.classList.remove("shown");
  }
}

// Lines that say what a target is.
function describeTarget(map, { kind, index }) {
  return kind === "word" ? describeWord(map, index) : kind === "unit" ? describeUnit(map, index) : describeClusters(map, index);
}

function describeWord(map, word) {
  const { data } = map, own = map.plan.clusters[data.wordClusters[word]]?.members ?? [];
  const tag = data.tags?.length ? ` · ${data.tagNames[data.tags[word]]}` : "";
  const lines = [`${shorten(data.words[word])} · ${data.counts[word].toLocaleString("en")} times${tag}`];
  if (own.length) lines.push(`mean response of its own units ${signed(mean(own.map((unit) => map.response(word, unit))))}`);
  return lines;
}

function describeUnit(map, unit) {
  const { data } = map, named = (word) => shorten(data.words[word]);
  const order = data.words.map((_, word) => word).sort((a, b) => map.response(b, unit) - map.response(a, unit));
  const list = (some) => some.map((word) => `${named(word)} ${signed(map.response(word, unit))}`).join(", ");
  const picked = map.picked?.kind === "word" ? map.picked.index : null;
  const head = picked === null ? `unit ${unit}` : `unit ${unit} · ${signed(map.response(picked, unit))} to “${named(picked)}”`;
  return [head, `raised by ${list(order.slice(0, 4))}`, `lowered by ${list(order.slice(-4).reverse())}`];
}

// A cluster of units and the cluster of words that belongs to it.
function describeClusters({ data, plan }, index) {
  const cluster = data.clusters[index], missing = cluster.missing.map((word) => shorten(data.words[word]));
  const lines = [`cluster ${index + 1}: ${plural(plan.clusters[index].members.length, "unit")}, ${plural(cluster.size, data.noun)}`];
  lines.push(`its ${data.noun}s move its units by ${signed(data.strength[index][index])} on average`);
  if (missing.length) lines.push(`did not fit: ${missing.slice(0, 30).join(" ")}${missing.length > 30 ? " …" : ""}`);
  return lines;
}
