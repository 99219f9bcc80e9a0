// Glyphs on paper: the whole text, however long, in lines one below another, and the legend under them.

const LINE_GAP = 26, BESIDE_MARKS = 30; // pixels

const LANE_MARKS = ["held", "up", "down", "lost of-up", "lost of-down", "notch", "zero", "rail", "kept"]; // the last on top

// What is alike in the lanes of a whole line is one path, not an element for each of a hundred thousand marks.
class PrintedDrawing extends GlyphDrawing {
  cells(column, place) {
    this.left = this.ruler + place * this.step;
    return super.cells(column, place);
  }

  drawLanes(cell, row, place, position) {
    this.data.clusters.forEach((_, cluster) => {
      for (const [className, d] of this.laneMarks(row, position, cluster, this.left, this.tops[place])) this.marks.get(className).push(d);
    });
  }

  // Columns from … to in one line.
  line(from, to) {
    this.marks = new Map(LANE_MARKS.map((className) => [className, []]));
    const columns = [];
    for (let column = from; column < to; column++) columns.push(this.cells(column, column - from));
    return [...columns, ...[...this.marks].filter(([, d]) => d.length).map(([className, d]) => element("path", { class: className, d: d.join("") }))];
  }
}

// An SVG of everything; `picked` stands out as on the screen.
function printedGlyphs(data) {
  const drawing = new PrintedDrawing(data), width = PRINTED - NAMES;
  drawing.step = drawing.usualStep(width);
  const most = Math.max(1, Math.floor((width - drawing.ruler) / drawing.step));
  const perLine = Math.ceil(drawing.columns / Math.ceil(drawing.columns / most)); // no line of a few columns at the end
  const lines = [];
  for (let start = 0; start < drawing.columns; start += perLine) {
    const y = lines.length * (drawing.height + LINE_GAP);
    lines.push(printedLine(drawing, start, Math.min(drawing.columns, start + perLine), y));
  }
  const foot = lines.length * (drawing.height + LINE_GAP);
  const items = glyphLegend().map(([marks, caption]) => [marks, BESIDE_MARKS, caption]);
  const [legend, height] = printedItems([...items, [[], 0, describeScale(drawing)]], foot);
  const svg = element("svg", { class: "printed", width: PRINTED, height: foot + height });
  svg.append(...lines, legend);
  return svg;
}

function printedLine(drawing, start, end, y) {
  const line = element("g", { transform: `translate(0 ${y})` });
  drawing.rows.forEach((row, place) => {
    if (row.offset < end && row.offset + row.tokens.length > start) line.append(...drawing.names(row, place));
  });
  const view = element("svg", { x: NAMES, width: PRINTED - NAMES, height: drawing.height }); // cuts off what comes from the line before
  view.append(...drawing.line(start, end));
  line.append(view);
  return line;
}
