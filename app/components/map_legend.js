// What is written around a memory map: headings above its two sides; below it what the squares show and what colours mean.

function drawHeadings({ data, plan, layers, options: { mirrored } }) {
  const chips = plan.clusters.map(({ chip }) => chip), clouds = plan.clusters.map(({ cloud }) => cloud);
  const outer = (boxes) => Math.max(...boxes.map((box) => box.x + box.width));
  const inner = (boxes) => Math.min(...boxes.map((box) => box.x));
  const noun = data.noun[0].toUpperCase() + data.noun.slice(1);
  const heads = [
    [chips, mirrored, "Unit clusters", "one square per unit"],
    [clouds, !mirrored, `${noun} clusters`, data.tags?.length ? "size: response to own units · colour: part of speech" : "size: response to their own units"],
  ];
  layers.captions.replaceChildren(...heads.flatMap(([boxes, end, head, note]) => {
    const nodes = [text(0, 16, head, "heading"), text(0, 33, note, "note")];
    for (const node of nodes) setAll(node, { x: end ? outer(boxes) : inner(boxes), "text-anchor": end ? "end" : "start" });
    return nodes;
  }));
}

// What the squares show; target: { word, unit }, each an index or null.
function captionOf(data, { word, unit }) {
  return word !== null ? `Squares: expected response to “${shorten(data.words[word])}”`
    : unit !== null ? `Expected response of unit ${unit}`
      : `Squares: how much each unit moves on the whole (grey); pick a ${data.noun} or a unit`;
}

// [marks of the scale of colours and of the links at height y, how wide they are]
// sizes: { step, gap, bar, between, line, after, apart, lowers }: in pixels, and what is said of negative links.
function scaleMarks(data, family, y, sizes) {
  const marks = [], clip = data.clip < 0.1 ? data.clip.toPrecision(2) : data.clip.toFixed(2);
  let x = 0;
  const write = (content, after) => {
    marks.push(text(x, y, content, "note"));
    x += textWidth(content, family) + after;
  };
  write(`−${clip}`, sizes.gap);
  for (let level = -9; level <= 9; level++, x += sizes.step) {
    marks.push(element("rect", { x, y: y - 9, width: sizes.step, height: 10, fill: level < 0 ? NEGATIVE : POSITIVE, "fill-opacity": Math.abs(level) / 9 }));
  }
  x += sizes.bar;
  write(`+${clip}`, sizes.between);
  for (const [sign, meaning] of [["positive", "raises"], ["negative", sizes.lowers]]) {
    marks.push(element("path", { class: `link ${sign}`, d: `M${x} ${y - 4}h${sizes.line}`, "stroke-width": 4 }));
    x += sizes.line + sizes.after;
    write(meaning, sizes.apart);
  }
  return marks;
}

const WIDE_SCALE = {
  step: 6, gap: 8, bar: 6, between: 20, line: 30, after: 6, apart: 20,
  lowers: "lowers: dashed; bar on the square, dots under the word",
};

// Parts of speech in one line at height y.
function tagMarks(data, family, y) {
  if (!data.tags?.length) return [];
  let x = 0;
  return data.tagNames.flatMap((name, tag) => {
    if (!data.tags.includes(tag)) return [];
    const group = element("g", { class: "tag", "data-tag": tag });
    const dot = element("circle", { cx: x + 5, cy: y - 4, r: 5 });
    dot.style.fill = `var(--tag-${name})`;
    group.append(dot, text(x + 14, y, name, "note"));
    x += textWidth(name, family) + 30;
    return [group];
  });
}
