// Elements of a picture; stands before the script of every component. Text enters by textContent only.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes) {
  return setAll(document.createElementNS(SVG, name), attributes);
}

function setAll(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function text(x, y, content, className) {
  const node = element("text", { x, y, class: className });
  node.textContent = content;
  return node;
}

function block(className) {
  const node = document.createElement("div");
  node.className = className;
  return node;
}

let pen;

// How wide a text of class `note` is in a picture, in pixels.
function textWidth(content, family) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `12px ${family}`;
  return pen.measureText(content).width;
}
