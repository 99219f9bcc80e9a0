// Figures as files: SVG, PNG, and how a file is named and saved.

const SHARPNESS = 2; // pixels of a PNG per pixel of the page
const LONGEST_SIDE = 64_000, LARGEST_AREA = 2 ** 28; // of a PNG, in pixels: browsers draw no larger one, some half as long

const written = (node) => new XMLSerializer().serializeToString(node);

function saveSvg(figure, settings) {
  save(new Blob([written(standalone(figure))], { type: "image/svg+xml" }), fileName(titleOf(figure), settings, "svg"));
}

async function savePng(figure, settings) {
  const svg = standalone(figure);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(written(svg))}`;
  await picture.decode();
  const size = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  const blob = (await painted(picture, ...size, LONGEST_SIDE)) ?? (await painted(picture, ...size, LONGEST_SIDE / 2));
  save(blob, fileName(titleOf(figure), settings, "png"));
}

// The picture as PNG, as sharp as a canvas of that longest side can hold; null where the browser has no such canvas.
function painted(picture, width, height, longest) {
  const canvas = document.createElement("canvas");
  const sharpness = Math.min(SHARPNESS, longest / Math.max(width, height), Math.sqrt(LARGEST_AREA / (width * height)));
  [canvas.width, canvas.height] = [Math.floor(sharpness * width), Math.floor(sharpness * height)];
  const pen = canvas.getContext("2d");
  pen?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done); });
}

function fileName(title, { run }, ending) {
  const name = `${run ?? ""} ${title}`.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 80);
  return `${name}.${ending}`;
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
