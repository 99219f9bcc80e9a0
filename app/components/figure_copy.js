// A figure by itself: an SVG that looks as on the page, with every style written out.

const INHERITED = [ // written where they differ from those of the element around
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "visibility",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline",
];
const OWN = { opacity: "1", "text-decoration-line": "none", "text-decoration-style": "solid" }; // where they are not these
const EDGE = 12; // of paper around a figure, in pixels

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
