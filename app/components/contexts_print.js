// Places in a text on paper: the same lines as an SVG, the token of interest in one column, cut at the edges.

const PLACE = 25, HEADING = 30, GAP = 14; // pixels
const VALUE = 46, MIDDLE = 520; // where the value ends, and where the token begins

function printedContexts(data) {
  const svg = element("svg", { class: "printed", width: PRINTED });
  const gap = data.spaced ? "\u00a0" : "";
  let y = 0;
  data.sides.forEach((side, number) => {
    svg.append(text(4, y + 18, side.heading, "print-heading"));
    y += HEADING;
    for (const place of side.places) {
      svg.append(printedPlace(place, gap, y));
      y += PLACE;
    }
    if (number < data.sides.length - 1) y += GAP;
  });
  svg.setAttribute("height", y);
  return svg;
}

function printedPlace(place, gap, y) {
  const group = element("g", { class: `print-place ${place.positive ? "up" : "down"}`, transform: `translate(0 ${y})` });
  const shown = (token) => (typeof token === "string" ? token : token[0]), base = PLACE - 8;
  // Each token keeps to itself, so that one written from right to left does not turn its neighbours round.
  const joined = (tokens) => tokens.map((token) => `\u2068${shown(token)}\u2069`).join(gap);
  const value = text(VALUE, base, place.value, "print-value");
  value.setAttribute("text-anchor", "end");
  const family = "sans-serif", token = shown(place.token), wide = textWidth(token, family) * 1.25 + 12;
  const before = element("svg", { x: VALUE + 8, width: MIDDLE - VALUE - 14, height: PLACE }); // cuts off what is too long
  const stretch = text(MIDDLE - VALUE - 14, base, joined(place.before), "print-text");
  stretch.setAttribute("text-anchor", "end");
  before.append(stretch);
  const after = element("svg", { x: MIDDLE + wide + 6, width: Math.max(0, PRINTED - MIDDLE - wide - 6), height: PLACE });
  after.append(text(0, base, joined(place.after), "print-text"));
  const mark = element("rect", { class: "print-mark", x: MIDDLE, y: 2, width: wide, height: PLACE - 4, rx: 4 });
  // Above zero the line is below the token, below zero above it: not told by colour alone.
  const line = element("line", { class: "print-line", x1: MIDDLE, x2: MIDDLE + wide, y1: place.positive ? PLACE - 2 : 2, y2: place.positive ? PLACE - 2 : 2 });
  const middle = text(MIDDLE + wide / 2, base, token, "print-token");
  middle.setAttribute("text-anchor", "middle");
  group.append(element("line", { class: "print-rule", x1: 0, x2: PRINTED, y1: 0, y2: 0 }), value, before, mark, line, middle, after);
  return group;
}
