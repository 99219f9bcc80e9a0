// Where the parts of a memory map stand: pure geometry. Chips of units on one side, clouds of words on an arc on the other.

const MAP = { top: 44, gap: 8, padding: 7, margin: 44, foot: 72, chips: [0.28, 0.29], clouds: [0.52, 0.56], narrow: 640 }; // shares: wide, narrow
const LOW = { ...MAP, top: 24, gap: 5, padding: 5, foot: 42, chips: [0.24, 0.24], clouds: [0.63, 0.63] }; // to be seen at once
const EDGES = [15, 13, 11, 9, 7, 5]; // of a square, in pixels, where the height decides
const SMALLEST = 0.79; // of a word's size in its layout: smaller ones cannot be read

// data: as `memory_map_data` gives it. order(unit): what units are sorted by within a chip, the largest first.
// settings: { mirrored, align: "width" (chips of one width) | "height" (chips of one height), tallest: how high chips and
// clouds may be, if they can be read so; by default as high as they are }.
// Boxes are { x, y, width, height }; units [x, y] by unit; words { x, y, size, width } by place among the words.
function layOutMap(data, width, order, { mirrored = false, align = "width", tallest = Infinity }) {
  const low = tallest < Infinity, { top, gap, padding, margin, foot, chips: chipShare, clouds: cloudShare } = low ? LOW : MAP;
  const units = data.unitClusters.length;
  const narrow = width < MAP.narrow;
  const side = narrow ? 26 : margin;
  const chipRoom = Math.max(100, Math.min(units > 1600 ? 330 : 270, width * chipShare[Number(narrow)]));
  const arc = Math.min(36, width * 0.03);
  const cloudWidth = Math.min(data.cloudWidth * 1.3, width * cloudShare[Number(narrow)] - side);
  const total = (heights) => heights.reduce((sum, height) => sum + height + gap, -gap);
  const across = (x, own) => (mirrored ? width - x - own : x);

  const members = data.clusters.map(() => []);
  data.unitClusters.forEach((cluster, unit) => cluster >= 0 && members[cluster].push(unit));
  for (const own of members) own.sort((a, b) => order(b) - order(a));

  // Clouds decide the height, unless the chips need more.
  const usual = units <= 250 ? 15 : units <= 700 ? 10 : 7, apart = units <= 700 ? 2 : 1;
  const chipsOf = (edge) => chipSizes(members.map((own) => own.length), { edge, pitch: edge + apart, chipRoom, padding, align });
  const fitting = (edge) => total(chipsOf(edge).map((chip) => chip.height)) <= tallest;
  const edge = low ? (EDGES.find((own) => own <= usual && fitting(own)) ?? EDGES.at(-1)) : usual;
  const chips = chipsOf(edge), pitch = edge + apart;
  const unscaled = data.clusters.reduce((sum, cluster) => sum + cluster.height, 0);
  const byWidth = (cloudWidth - 2 * padding) / data.cloudWidth, byHeight = (tallest - total(data.clusters.map(() => 2 * padding))) / unscaled;
  const scale = Math.min(byWidth, Math.max(byHeight, SMALLEST));
  const indent = padding + (cloudWidth - 2 * padding - data.cloudWidth * scale) / 2;
  const cloudHeights = data.clusters.map((cluster) => cluster.height * scale + 2 * padding);
  const room = Math.max(total(cloudHeights), total(chips.map((chip) => chip.height)));
  const cloudTops = stack(cloudHeights, cloudHeights.map((_, place) => top + (room * (place + 0.5)) / cloudHeights.length), top, room, gap);
  const middles = cloudTops.map((y, place) => y + cloudHeights[place] / 2);
  const chipTops = stack(chips.map((chip) => chip.height), middles, top, room, gap);

  const unitPlaces = [];
  const clusters = data.clusters.map((_, place) => {
    const { columns, width: own, height } = chips[place];
    const chip = { x: across(side, own), y: chipTops[place], width: own, height };
    members[place].forEach((unit, index) => {
      unitPlaces[unit] = [chip.x + padding + (index % columns) * pitch, chip.y + padding + Math.floor(index / columns) * pitch];
    });
    const bend = 1 - Math.sin((Math.PI * (place + 0.5)) / data.clusters.length);
    const x = width - side - cloudWidth - arc * bend;
    const cloud = { x: across(x, cloudWidth), y: cloudTops[place], width: cloudWidth, height: cloudHeights[place] };
    return { members: members[place], chip, cloud };
  });

  const words = [];
  data.clusters.forEach((cluster, place) => {
    const { cloud } = clusters[place];
    for (const [word, label, x, baseline, size, wide] of cluster.placed) {
      words[word] = {
        label, size: size * scale, width: wide * scale,
        x: cloud.x + indent + x * scale, y: cloud.y + padding + baseline * scale,
      };
    }
  });
  return { width, height: top + room + gap + foot, bottom: top + room + gap, low, edge, clusters, units: unitPlaces, words };
}

// Columns, width and height of the chip of every cluster; counts: its units.
function chipSizes(counts, { edge, pitch, chipRoom, padding, align }) {
  const fits = Math.max(1, Math.floor((chipRoom - 2 * padding) / pitch));
  const tall = Math.ceil(Math.max(1, ...counts) / fits); // rows of every chip where all are of one height
  return counts.map((count) => {
    const rows = align === "height" ? tall : Math.max(1, Math.ceil(count / fits));
    const columns = align === "height" ? Math.max(1, Math.ceil(count / tall)) : fits;
    return { columns, width: columns * pitch - (pitch - edge) + 2 * padding, height: rows * pitch - (pitch - edge) + 2 * padding };
  });
}

// Tops of boxes one under another, each as near to its wanted middle as the others allow, within top … top + room.
function stack(heights, middles, top, room, gap) {
  const tops = [];
  let free = top;
  heights.forEach((height, place) => {
    tops[place] = Math.max(free, middles[place] - height / 2);
    free = tops[place] + height + gap;
  });
  let end = top + room;
  for (let place = heights.length - 1; place >= 0; place--) {
    tops[place] = Math.min(tops[place], end - heights[place]);
    end = tops[place] - gap;
  }
  return tops;
}

// The middle of a word, a unit or a chip; nothing where it is not drawn.
function middleOf(plan, { kind, index }) {
  if (kind === "unit") {
    const at = plan.units[index];
    return at && [at[0] + plan.edge / 2, at[1] + plan.edge / 2];
  }
  if (kind === "word") {
    const at = plan.words[index];
    return at && [at.x + at.width / 2, at.y - at.size / 3];
  }
  const { chip } = plan.clusters[index];
  return [chip.x + chip.width / 2, chip.y + chip.height / 2];
}
