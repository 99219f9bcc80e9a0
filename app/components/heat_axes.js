// The axes of a heatmap: clusters of units on the left, tokens below. heat: a UnitHeatmap.

const AXIS = 86, FLAT = 40; // pixels: of the names on the left; of a column from which its token is written flat

// Borders and names of the clusters; top: how far the rows are scrolled.
function drawClusters({ pen, data, units, rowSize, tall, width }, top) {
  let start = 0;
  pen.textAlign = "left";
  for (let row = 1; row <= units; row++) {
    if (row < units && data.clusters[row] === data.clusters[start]) continue;
    const from = start * rowSize - top, to = row * rowSize - top;
    if (to > 0 && from < tall) {
      pen.globalAlpha = 0.45;
      pen.fillRect(0, Math.round(to) - 0.5, width, 1);
      pen.globalAlpha = 1;
      const shownFrom = Math.max(0, from), shownTo = Math.min(tall, to);
      if (shownTo - shownFrom >= 12) {
        const name = data.clusters[start] < data.k ? `cluster ${data.clusters[start] + 1}` : "no cluster";
        pen.fillText(name, 4, (shownFrom + shownTo) / 2);
      }
    }
    start = row;
  }
}

// As many tokens as there is room for; left: how far the columns are scrolled.
function drawTokens({ pen, data, positions, columnSize, tall, width, foot }, left, ink) {
  pen.clearRect(0, tall, width, foot);
  const first = Math.max(0, Math.floor(left / columnSize)), every = Math.ceil(13 / columnSize);
  pen.save();
  pen.beginPath();
  pen.rect(AXIS - 8, tall, width, foot);
  pen.clip();
  for (let position = first - (first % every); position < positions; position += every) {
    const x = AXIS + (position + 0.5) * columnSize - left;
    if (x > width) break;
    const flat = columnSize >= FLAT;
    pen.fillStyle = ink;
    pen.save();
    pen.translate(x, tall + 8);
    if (!flat) pen.rotate(-Math.PI / 3);
    pen.textAlign = flat ? "center" : "right";
    pen.fillText(shorten(data.tokens[position], flat ? Math.floor(columnSize / 7) : 9), 0, flat ? 6 : 2);
    pen.restore();
  }
  pen.restore();
}
