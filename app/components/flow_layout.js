// Where the parts of a flow of words stand: pure geometry.

const TOP = 40, BAR = 13, SLOT = 36, SPACE = 6; // pixels; SLOT is what a cluster's two lines of text need

// Two columns of clusters, each { side, slots by cluster { y, tall }, only (for words that the other side has not), edge },
// and the height of the picture. edges: x of each column; scale: pixels per word.
function layOutFlow(sides, edges, scale) {
  const columns = sides.map((side, place) => flowColumn(side, edges[place], scale));
  const rows = Math.max(...sides.map((side) => side.clusters.length));
  const height = Math.max(...columns.map((column) => column.height), TOP + rows * SLOT) + 4;
  for (const column of columns) { // the shorter one stands in the middle
    const shift = (height - column.height) / 2;
    column.slots.forEach((slot) => { slot.y += shift; });
    if (column.only) column.only.y += shift;
  }
  return [columns, height];
}

function flowColumn(side, edge, scale) {
  const slots = [];
  let y = TOP;
  for (const index of side.order) {
    const tall = Math.max(2, side.clusters[index].words * scale);
    const slot = Math.max(SLOT, tall + SPACE);
    slots[index] = { y: y + slot / 2, tall };
    y += slot;
  }
  let only = null;
  if (side.only.length) {
    const tall = Math.min(60, Math.max(4, side.only.length * scale));
    only = { y: y + 10 + Math.max(SLOT, tall) / 2, tall };
    y += 10 + Math.max(SLOT, tall);
  }
  return { side, slots, only, height: y, edge };
}

// [ribbon, { tall, left, right }: its width and its tops on either side], the widest first, so that thin ones come on top.
function layOutRibbons(ribbons, [first, second], scale) {
  const fromPlace = (ribbon) => first.side.order.indexOf(ribbon.from), toPlace = (ribbon) => second.side.order.indexOf(ribbon.to);
  const spans = new Map(ribbons.map((ribbon) => [ribbon, { tall: ribbon.words.length * scale }]));
  const used = [first.slots.map(() => 0), second.slots.map(() => 0)];
  for (const ribbon of [...ribbons].sort((one, other) => fromPlace(one) - fromPlace(other) || toPlace(one) - toPlace(other))) {
    spans.get(ribbon).left = take(first.slots[ribbon.from], used[0], ribbon.from, spans.get(ribbon).tall);
  }
  for (const ribbon of [...ribbons].sort((one, other) => toPlace(one) - toPlace(other) || fromPlace(one) - fromPlace(other))) {
    spans.get(ribbon).right = take(second.slots[ribbon.to], used[1], ribbon.to, spans.get(ribbon).tall);
  }
  const inOrder = [...ribbons].sort((one, other) => fromPlace(one) - fromPlace(other) || toPlace(one) - toPlace(other));
  return inOrder.sort((one, other) => other.words.length - one.words.length).map((ribbon) => [ribbon, spans.get(ribbon)]);
}

// The next piece of a cluster's bar, from the top.
function take(slot, used, index, tall) {
  const top = slot.y - slot.tall / 2 + used[index];
  used[index] += tall;
  return top;
}
