// Exports what the page shows: each figure as SVG or PNG, and the whole page as one HTML file that needs nothing else.

const INHERITED = [ // written where they differ from those of the element around
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "visibility",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline",
];
const OWN = { opacity: "1", "text-decoration-line": "none", "text-decoration-style": "solid" }; // where they are not these
const EDGE = 12; // of paper around a figure, in pixels
const SHARPNESS = 2; // pixels of a PNG per pixel of the page
const LONGEST_SIDE = 32_000, LARGEST_AREA = 2 ** 28; // of a PNG, in pixels: browsers draw no larger one

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".export");
  if (!root) {
    root = block("export");
    parentElement.appendChild(root);
    root.append(...panel(root));
  }
  root.ask = () => setTriggerValue("wanted", Date.now());
  root.settings = data;
  if (data.tables && root.asked) {
    root.asked = false;
    savePage(data);
  }
}

function panel(root) {
  const list = block("list");
  list.hidden = true;
  const open = button("Export this page", () => {
    list.hidden = !list.hidden;
    open.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) list.replaceChildren(...choices(root));
  });
  open.setAttribute("aria-expanded", "false");
  return [open, list];
}

function choices(root) {
  const found = figures();
  const rows = found.map((figure) => {
    const row = block("figure");
    const name = block("title");
    name.textContent = titleOf(figure);
    const say = (kind) => `${titleOf(figure)} as ${kind}`;
    row.append(name, button("SVG", () => saveSvg(figure, root.settings), say("SVG")), button("PNG", () => savePng(figure, root.settings), say("PNG")));
    return row;
  });
  const whole = button("Whole page as HTML", () => {
    root.asked = true;
    root.ask();
  });
  const note = block("note");
  note.textContent = found.length ? "Numbers: “Download as CSV” under each table." : "No figure on this page yet.";
  return [...rows, whole, note];
}

function button(caption, act, label) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = caption;
  if (label) node.setAttribute("aria-label", label);
  node.addEventListener("click", act);
  return node;
}

// ---- what is on the page ----

function figures() {
  return everywhere(document, "[data-figure], .js-plotly-plot").filter((node) => node.checkVisibility() && node.getBoundingClientRect().height);
}

// Components keep their pictures in shadow trees, which a search of the document does not enter.
function everywhere(tree, selector) {
  const found = [...tree.querySelectorAll(selector)];
  for (const host of tree.querySelectorAll(".stBidiComponent, .stBidiComponent *")) {
    if (host.shadowRoot) found.push(...everywhere(host.shadowRoot, selector));
  }
  return found;
}

function titleOf(figure) {
  return figure.dataset.figure ?? figure.closest("[aria-label]")?.getAttribute("aria-label") ?? "Chart";
}

// ---- a figure by itself ----

// An SVG that looks as on the page without the page's styles. Texts keep their width whatever font is there.
// A figure of which the page shows a part, or which is no drawing, has `whole`: it puts the whole picture on the page.
function standalone(figure) {
  if (!figure.whole) return copied(figure);
  const whole = figure.whole();
  try {
    return copied(whole, new Map());
  } finally {
    whole.remove();
  }
}

// known: given where elements of one kind in one place look alike, as in a picture that nobody points at.
function copied(figure, known) {
  const box = figure.getBoundingClientRect();
  const whole = element("svg", { width: Math.round(box.width + 2 * EDGE), height: Math.round(box.height + 2 * EDGE) });
  whole.setAttribute("viewBox", `${-EDGE} ${-EDGE} ${box.width + 2 * EDGE} ${box.height + 2 * EDGE}`);
  const paper = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
  whole.append(element("rect", { x: -EDGE, y: -EDGE, width: "100%", height: "100%", fill: paper }));
  if (figure.tagName === "CANVAS") {
    whole.append(element("image", { width: box.width, height: box.height, href: figure.toDataURL("image/png") }));
  } else if (figure.tagName === "svg") {
    const own = figure.viewBox.baseVal;
    const scale = own?.width ? box.width / own.width : 1;
    const inside = element("g", { transform: `scale(${scale})` });
    inside.append(...[...figure.children].map((node) => copy(node, NOTHING, known)).filter(Boolean));
    whole.append(inside);
  } else {
    for (const layer of figure.querySelectorAll(".main-svg")) whole.append(copy(layer, NOTHING));
  }
  return whole;
}

const NOTHING = { kind: 0, styles: {} };

// What the browser says of an element; asking it of each of a hundred thousand would take half a minute.
function lookOf(node, around, known) {
  const key = known && [around.kind, node.localName, node.getAttribute("class"), ...INHERITED.map((name) => node.getAttribute(name))].join("|");
  if (known?.has(key)) return known.get(key);
  const style = getComputedStyle(node), value = (name) => plain(style.getPropertyValue(name));
  const look = {
    kind: known ? known.size + 1 : 0,
    shown: style.display !== "none",
    styles: Object.fromEntries(INHERITED.map((name) => [name, value(name)])),
    own: Object.entries(OWN).map(([name, usual]) => [name, value(name), usual]),
  };
  known?.set(key, look);
  return look;
}

// A mixed colour as every program reads it: other drawing programs know nothing of color().
function plain(value) {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(value);
  if (!mixed) return value;
  const parts = mixed.slice(1, 4).map((part) => Math.round(255 * Number(part)));
  return mixed[4] === undefined ? `rgb(${parts.join(", ")})` : `rgba(${parts.join(", ")}, ${mixed[4]})`;
}

// around: the look of the element that the copy will stand in.
function copy(node, around, known) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.nodeValue);
  if (node.nodeType !== Node.ELEMENT_NODE || ["script", "foreignObject"].includes(node.localName)) return null;
  const look = lookOf(node, around, known), { styles } = look;
  if (!look.shown) return null;
  const own = document.createElementNS(SVG, node.localName), css = [];
  for (const { name, value } of node.attributes) {
    if (!/^(on|data-|class$|style$|tabindex|role|aria-)/.test(name) && !name.includes(":")) own.setAttribute(name, value);
  }
  // What an attribute says would stand above what is inherited, so it is said again.
  for (const name of INHERITED) {
    if (styles[name] && (styles[name] !== around.styles[name] || own.hasAttribute(name))) css.push(`${name}:${styles[name]}`);
  }
  for (const [name, value, usual] of look.own) {
    if (value && (value !== usual || own.hasAttribute(name))) css.push(`${name}:${value}`);
  }
  if (css.length) own.setAttribute("style", css.join(";"));
  const style = known ? null : getComputedStyle(node);
  if (style && style.transform !== "none") own.setAttribute("transform", style.transform);
  for (const size of ["x", "y", "width", "height"]) {
    if (style && node.localName === "rect" && !node.hasAttribute(size) && style[size] !== "auto") own.setAttribute(size, style[size]);
  }
  if (node.localName === "text" && node.getComputedTextLength && node.children.length === 0) {
    setAll(own, { textLength: node.getComputedTextLength().toFixed(1), lengthAdjust: "spacingAndGlyphs" });
  }
  own.append(...[...node.childNodes].map((child) => copy(child, look, known)).filter(Boolean));
  return own;
}

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

// ---- the whole page ----

const TEXTS = "stHeading, stMarkdown, stCaptionContainer, stMetric, stAlert".split(", ").map((id) => `[data-testid="${id}"]`);

function savePage(settings) {
  const page = document.implementation.createHTMLDocument(settings.title);
  page.documentElement.lang = "en";
  const ink = getComputedStyle(document.querySelector(".stApp"));
  const css = page.createElement("style");
  css.textContent = `body{font:15px/1.5 sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:${ink.color};background:${ink.backgroundColor}}`
    + "svg{max-width:100%;height:auto}table{border-collapse:collapse;font-size:13px}td,th{padding:2px 10px;text-align:left;border-bottom:1px solid #8884}"
    + "figure{margin:1.5rem 0}summary{cursor:pointer}.note{opacity:.75}";
  page.head.append(css);
  const add = (name, content, className) => {
    const node = page.createElement(name);
    node.textContent = content;
    if (className) node.className = className;
    page.body.append(node);
    return node;
  };
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  const parts = new Set(figures());
  const walk = (node) => {
    if (parts.has(node)) {
      const frame = add("figure", "");
      const picture = standalone(node);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", titleOf(node));
      const caption = page.createElement("figcaption");
      caption.textContent = titleOf(node);
      caption.className = "note";
      frame.append(page.importNode(picture, true), caption);
    } else if (node.matches(TEXTS.join(","))) {
      if (!node.checkVisibility()) return; // folded away
      const level = node.querySelector("h1, h2, h3")?.localName;
      add(level ?? "p", withoutIcons(node), node.matches('[data-testid="stCaptionContainer"]') ? "note" : "");
    } else {
      for (const child of node.shadowRoot?.children ?? node.children) walk(child);
    }
  };
  walk(main);
  for (const table of settings.tables) addTable(page, table);
  add("p", `rnnscope · ${settings.run ?? ""} · ${location.href}`, "note");
  save(new Blob([`<!doctype html>\n${written(page.documentElement)}`], { type: "text/html" }), fileName(settings.title, settings, "html"));
}

// An icon is a word in a font of symbols, which reads "verified" in any other.
function withoutIcons(node) {
  const icons = [...node.querySelectorAll('[data-testid="stIconMaterial"], span[role="img"][translate="no"]')];
  const shown = icons.map((icon) => icon.style.display);
  for (const icon of icons) icon.style.display = "none";
  const text = node.innerText.trim();
  icons.forEach((icon, place) => { icon.style.display = shown[place]; });
  return text;
}

function addTable(page, { label, columns, rows, total }) {
  const details = page.createElement("details");
  const summary = page.createElement("summary");
  summary.textContent = `${label} (${total.toLocaleString("en")} rows${rows.length < total ? `, the first ${rows.length.toLocaleString("en")} shown` : ""})`;
  const table = page.createElement("table");
  for (const [place, cells] of [columns, ...rows].entries()) {
    const row = table.insertRow();
    for (const cell of cells) {
      const node = page.createElement(place ? "td" : "th");
      node.textContent = cell === "" ? "–" : cell;
      row.append(node);
    }
  }
  details.append(summary, table);
  page.body.append(details);
}
