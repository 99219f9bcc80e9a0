// Figures as files: SVG, PNG, and how a file is named and saved.

const SHARPNESS = 2; // pixels of a PNG per pixel of the page
const LONGEST_SIDE = 32_000, LARGEST_AREA = 2 ** 28; // of a PNG, in pixels: browsers draw no larger one

const written = (node) => new XMLSerializer().serializeToString(node);

function saveSvg(figure, settings) {
  save(new Blob([written(standalone(figure))], { type: "image/svg+xml" }), fileName(titleOf(figure), settings, "svg"));
}

async function savePng(figure, settings) {
  const svg = standalone(figure);
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(written(svg))}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  const [width, height] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  const sharpness = Math.min(SHARPNESS, LONGEST_SIDE / Math.max(width, height), Math.sqrt(LARGEST_AREA / (width * height)));
  [canvas.width, canvas.height] = [Math.floor(sharpness * width), Math.floor(sharpness * height)];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(blob, fileName(titleOf(figure), settings, "png")));
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
