// What may follow a prompt: a column per token to come, the likeliest on top, a link as wide as its token is probable after the path before
// it, and a grey stub for all tokens that are not shown. The nodes are one stop of the Tab key; arrow keys go along
// the tree. Text enters by textContent.

const ROW = 29, HEIGHT = 23, FULL = 20, EDGE = 9, STUB = 14; // pixels; FULL is the width of 100 per cent
const LETTERS = 16; // of a token that are written

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".continuations");
  if (!root) {
    root = document.createElement("div");
    parentElement.appendChild(root);
  }
  root.className = data.noun === "word" ? "continuations" : "continuations symbols";
  root.observer?.disconnect();
  const tree = new ContinuationTree(root, data, (path) => setTriggerValue("picked", { path }));
  root.observer = new ResizeObserver(() => tree.fit());
  root.observer.observe(root);
  tree.fit();
  return () => root.observer.disconnect();
}

class ContinuationTree {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, width: 0, nodes: [] });
    this.rows = 0;
    this.top = this.plant(data.root, null, 0);
  }

  // Every node in the order of the page: first the node, then what grows from it, row by row.
  plant(node, parent, place) {
    const planted = { node, parent, depth: parent ? parent.depth + 1 : 0, path: parent ? [...parent.path, place] : [] };
    this.nodes.push(planted);
    planted.children = node.children.map((child, index) => this.plant(child, planted, index));
    planted.row = planted.children.length ? planted.children[0].row : this.rows++;
    return planted;
  }

  fit() {
    const width = Math.round(this.root.clientWidth);
    if (!width || width === this.width) return;
    this.width = width;
    this.draw();
  }

  draw() {
    const scroller = block("scroller");
    this.svg = element("svg", { height: this.rows * ROW + 8, role: "tree", "aria-label": "What may follow the prompt", "data-figure": "What may follow" });
    this.tip = block("tip");
    scroller.append(this.svg);
    this.root.replaceChildren(scroller, this.legend(), this.tip);
    const links = element("g", {});
    this.svg.append(links);
    for (const planted of this.nodes) this.svg.append(this.mark(planted));
    this.place();
    for (const planted of this.nodes) links.append(...this.links(planted));
    this.top.mark.setAttribute("tabindex", 0);
  }

  mark(planted) {
    const { node, depth } = planted;
    const group = element("g", { class: depth ? "node" : "node root", role: "treeitem", tabindex: -1, "aria-level": depth + 1 });
    group.setAttribute("aria-label", depth ? `${node.text}, ${percent(node.probability)}` : `prompt, ends with ${node.text}`);
    planted.word = text(EDGE, 16, depth ? shorten(node.text, LETTERS) : `… ${shorten(node.text, LETTERS)}`, "word");
    planted.share = text(0, 16, depth ? percent(node.probability) : "", "share");
    planted.pill = element("rect", { class: "pill", height: HEIGHT, rx: 6 });
    group.append(planted.pill, planted.word, planted.share);
    group.addEventListener("pointerenter", () => this.look(planted));
    group.addEventListener("pointerleave", () => this.look(null));
    group.addEventListener("focus", () => this.look(planted));
    group.addEventListener("blur", () => this.look(null));
    group.addEventListener("keydown", (event) => this.press(event, planted));
    if (depth) group.addEventListener("click", () => this.tell(planted.path));
    planted.mark = group;
    return group;
  }

  // Columns as wide as their widest node, with the room that is left shared between them.
  place() {
    const columns = [];
    for (const planted of this.nodes) {
      const word = planted.word.getComputedTextLength(), share = planted.share.getComputedTextLength();
      planted.share.setAttribute("x", EDGE + word + 7);
      planted.width = 2 * EDGE + word + (share && share + 7);
      planted.pill.setAttribute("width", planted.width);
      columns[planted.depth] = Math.max(columns[planted.depth] ?? 0, planted.width);
    }
    const taken = columns.reduce((sum, width) => sum + width, 0) + STUB + 4;
    const gap = Math.max(40, Math.min(120, (this.width - taken) / Math.max(1, columns.length - 1)));
    const starts = columns.map((_, depth) => 2 + columns.slice(0, depth).reduce((sum, width) => sum + width + gap, 0));
    for (const planted of this.nodes) {
      planted.x = starts[planted.depth];
      planted.y = 4 + planted.row * ROW + HEIGHT / 2;
      planted.mark.setAttribute("transform", `translate(${planted.x} ${planted.y - HEIGHT / 2})`);
    }
    this.svg.setAttribute("width", starts.at(-1) + columns.at(-1) + STUB + 2);
  }

  // They leave a node side by side: together with the stub they are as wide as 100 per cent.
  links(planted) {
    if (!planted.children.length) return [];
    const x = planted.x + planted.width;
    let y = planted.y - FULL / 2;
    const marks = planted.children.map((child) => {
      const wide = FULL * child.node.probability, from = y + wide / 2, bend = (child.x - x) / 2;
      y += wide;
      child.link = element("path", {
        class: "link", "stroke-width": Math.max(1, wide),
        d: `M${x} ${from}C${x + bend} ${from} ${child.x - bend} ${child.y} ${child.x} ${child.y}`,
      });
      return child.link;
    });
    const rest = Math.max(0, planted.y + FULL / 2 - y);
    return [element("rect", { class: "rest", x, y, width: STUB, height: rest }), ...marks];
  }

  look(planted) {
    this.svg.querySelectorAll(".on").forEach((mark) => mark.classList.remove("on"));
    this.tip.classList.toggle("shown", planted !== null);
    if (!planted) return;
    for (let step = planted; step; step = step.parent) {
      step.mark.classList.add("on");
      step.link?.classList.add("on");
    }
    this.tip.textContent = this.describe(planted);
    const frame = this.root.getBoundingClientRect(), own = planted.pill.getBoundingClientRect();
    const left = Math.min(own.left - frame.left, frame.width - this.tip.offsetWidth - 4);
    const below = own.bottom - frame.top + 6;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${below + this.tip.offsetHeight < frame.height ? below : own.top - frame.top - this.tip.offsetHeight - 6}px`;
  }

  describe({ node, path, depth }) {
    const lines = [];
    if (depth) {
      let step = this.data.root;
      const tokens = path.map((place) => (step = step.children[place]).text);
      lines.push(`… ${tokens.join(this.data.noun === "word" ? " " : "")}`);
      lines.push(`${percent(node.probability)} after what stands before it`);
      if (depth > 1) lines.push(`${percent(node.path)} for the whole path`);
    }
    const shown = node.children.reduce((sum, child) => sum + child.probability, 0);
    if (node.children.length) lines.push(`all other ${this.data.noun}s after it: ${percent(1 - shown)}`);
    if (depth) lines.push("click: the text up to here becomes the prompt");
    return lines.join("\n");
  }

  press(event, planted) {
    const { parent, children, depth } = planted;
    const column = this.nodes.filter((other) => other.depth === depth);
    const place = column.indexOf(planted);
    const to = { ArrowRight: children[0], ArrowLeft: parent, ArrowDown: column[place + 1], ArrowUp: column[place - 1] };
    if (event.key in to) this.go(planted, to[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && depth) this.tell(planted.path);
    else if (event.key === "Escape") this.look(null);
    else return;
    event.preventDefault();
  }

  go(from, to) {
    if (!to) return;
    from.mark.setAttribute("tabindex", -1);
    to.mark.setAttribute("tabindex", 0);
    to.mark.focus();
  }

  legend() {
    const legend = block("legend");
    for (const [mark, caption] of [
      [element("line", { class: "link", x1: 0, x2: 26, y1: 11, y2: 11, "stroke-width": FULL / 2 }), "50 % after the path before it"],
      [element("rect", { class: "rest", x: 6, width: STUB, y: 6, height: FULL / 2 }), `all other ${this.data.noun}s`],
    ]) {
      const item = document.createElement("span");
      const sample = element("svg", { width: 26, height: 22 });
      sample.append(mark);
      item.append(sample, caption);
      legend.append(item);
    }
    return legend;
  }
}
