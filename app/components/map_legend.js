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
  const at = ([boxes, end]) => ({ x: end ? outer(boxes) : inner(boxes), "text-anchor": end ? "end" : "start" });
  if (plan.low) { // in one line, where there is room
    const units = setAll(text(0, 15, heads[0][2], "heading"), at(heads[0])), words = setAll(element("text", { y: 15 }), at(heads[1]));
    const parts = [["heading", heads[1][2]], ["note", "size: response to own units"]].map(([className, content]) => {
      const part = element("tspan", { class: className });
      part.textContent = content;
      return part;
    });
    words.append(...(heads[1][1] ? [parts[1], "\u2002", parts[0]] : [parts[0], "\u2002", parts[1]]));
    layers.captions.replaceChildren(units, words);
    return;
  }
  layers.captions.replaceChildren(...heads.flatMap((one) => (
    [text(0, 16, one[2], "heading"), text(0, 33, one[3], "note")].map((node) => setAll(node, at(one))))));
}

// What the squares show; target: { word, unit }, each an index or null.
function captionOf(data, { word, unit }) {
  return word !== null ? `Squares: expected response to “${shorten(data.words[word])}”`
    : unit !== null ? `Expected response of unit ${unit}`
      : `Squares: how much each unit moves on the whole (grey); pick a ${data.noun} or a unit`;
}

// The scale of colours and the two kinds of links, in one line at height y.
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
