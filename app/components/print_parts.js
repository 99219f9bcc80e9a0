// What pictures on paper share: their width, and a legend in as many lines as it takes.

const PRINTED = 1080, LEGEND_LINE = 22; // pixels

// [a legend from y on, its height]; items: [marks that start at 0 0, how wide these are, the words after them]
function printedItems(items, y) {
  const group = element("g", {});
  let x = 4, line = 0;
  for (const [marks, room, caption] of items) {
    const wide = room + textWidth(caption, "sans-serif") * 1.08 + 22;
    if (x > 4 && x + wide > PRINTED) [x, line] = [4, line + 1];
    const item = element("g", { transform: `translate(${x.toFixed(1)} ${y + LEGEND_LINE * line})` });
    item.append(...marks, text(room, 10, caption, "caption"));
    group.append(item);
    x += wide;
  }
  return [group, LEGEND_LINE * (line + 1)];
}
