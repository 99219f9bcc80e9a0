// A text in the colours of a unit. Every symbol is an element, built once; another unit changes only their classes, one
// of some thirty shades, and needs no server, since the values of all units are here. Text enters by textContent.

const RESTS = 700; // milliseconds after which a unit that was flipped to is told to the server

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".coloured");
  if (!root) {
    root = block("coloured");
    parentElement.appendChild(root);
  }
  const shown = root.shown;
  if (shown && shown.data.key === data.key) shown.take(data);
  else {
    shown?.leave();
    root.shown = new ColouredText(root, data, (unit) => setTriggerValue("picked", { unit }));
  }
  root.shown.tell = (unit) => setTriggerValue("picked", { unit });
  root.shown.listen();
  return () => root.shown.leave();
}

class ColouredText {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, current: -1, unit: data.unit, beside: data.beside });
    this.values = new Int8Array(bytes(data.values).buffer);
    this.marked = data.marked === null ? null : bytes(data.marked);
    this.guesses = new Uint16Array(bytes(data.guesses).buffer);
    this.chances = new Uint16Array(bytes(data.chances).buffer);
    this.length = data.tokens.length;
    this.ranks = new Map(data.order.map((unit, rank) => [unit, rank]));
    this.keys = (event) => this.pageKey(event);
    this.build();
    this.colour();
  }

  build() {
    const { root, data } = this;
    root.className = `coloured ${data.words ? "words" : "symbols"}`;
    const style = document.createElement("style");
    style.textContent = shades();
    this.view = block("view");
    this.view.tabIndex = 0;
    setAll(this.view, {
      role: "application", "data-coloured": "",
      "aria-label": `Text coloured by a unit, ${this.length} ${data.noun}s: left and right arrow go along it, J and K to another unit`,
    });
    this.tokens = [];
    this.view.append(this.text());
    this.card = block("card");
    this.card.hidden = true;
    this.view.append(this.card);
    this.places = block("places");
    this.spoken = block("spoken");
    this.spoken.setAttribute("aria-live", "polite");
    root.whole = () => root.appendChild(printedColours(this)); // what an export takes instead
    root.replaceChildren(style, this.bar(), this.view, this.places, colouredLegend(this), this.spoken);
    this.view.addEventListener("click", (event) => {
      const token = event.target.closest(".token");
      this.look(token ? this.tokens.indexOf(token) : -1);
    });
    this.view.addEventListener("keydown", (event) => this.textKey(event));
  }

  // Lines of the text, in them runs without a blank, which are not broken unless they are long.
  text() {
    const { data } = this, room = document.createDocumentFragment(), breaks = new Set(data.breaks);
    let line = null, group = null;
    data.tokens.forEach((shown, place) => {
      if (!line) room.append((line = block("line")));
      const blank = shown === "␣", sign = blank || ["↵", "⇥", "\\r", "<eos>"].includes(shown);
      if (!group || blank || group.childElementCount > 60) {
        group = document.createElement("span");
        group.className = "group";
        line.append(group);
      }
      const token = document.createElement("span"), label = document.createElement("b");
      label.textContent = shown;
      token.append(label);
      token.kind = `token${sign ? " sign" : ""}${blank ? " blank" : ""}${shown === "⇥" ? " tab" : ""}`
        + (this.marked?.[place] ? " held" : "");
      this.tokens.push(token);
      group.append(token);
      if (blank || data.words) group = null;
      if (breaks.has(place)) line = group = null;
    });
    return room;
  }

  bar() {
    const bar = block("bar"), { data } = this;
    this.name = document.createElement("strong");
    this.score = document.createElement("span");
    this.score.className = "score";
    const gap = block("gap"), label = document.createElement("label"), blanks = document.createElement("input");
    blanks.type = "checkbox";
    blanks.addEventListener("change", () => this.root.classList.toggle("blanks", blanks.checked));
    label.append(blanks, "show blanks");
    bar.append(
      button("←", "The unit before", () => this.flip(-1)), this.name, button("→", "The next unit", () => this.flip(1)),
      this.score, gap, ...(data.words ? [] : [label]),
    );
    return bar;
  }

  listen() {
    this.leave();
    document.addEventListener("keydown", this.keys);
  }

  leave() {
    document.removeEventListener("keydown", this.keys);
  }

  // What the server says now: a unit that was chosen elsewhere on the page.
  take(data) {
    if (this.resting && data.unit !== this.unit) return; // somebody is flipping on
    const bands = String(data.beside) !== String(this.beside);
    Object.assign(this, { data, unit: data.unit, beside: data.beside });
    if (bands) {
      for (const token of this.tokens) while (token.childElementCount > 1) token.lastChild.remove();
      this.root.replaceChild(colouredLegend(this), this.root.querySelector(".legend"));
    }
    this.colour();
  }

  flip(step) {
    const { order } = this.data, place = (this.ranks.get(this.unit) + step + order.length) % order.length;
    this.unit = order[place];
    this.colour();
    this.spoken.textContent = `${this.name.textContent}, ${this.score.textContent}`;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = null;
      if (this.root.isConnected) this.tell(this.unit);
    }, RESTS);
  }

  // The only work of a change of unit.
  colour() {
    const { tokens, values, length } = this, own = this.unit * length;
    tokens.forEach((token, place) => {
      token.className = `${token.kind} ${SHADE[values[own + place] + 128]}${place === this.current ? " current" : ""}`;
    });
    this.beside.forEach((unit, row) => {
      const from = unit * length;
      tokens.forEach((token, place) => {
        if (token.childElementCount < row + 2) token.append(document.createElement("i"));
        token.children[row + 1].className = SHADE[values[from + place] + 128];
      });
    });
    const { scores, says, order, property } = this.data;
    this.name.textContent = `unit ${this.unit}`;
    this.score.textContent = scores === null
      ? `${this.ranks.get(this.unit) + 1} of ${order.length} by how much it varies here`
      : `${property}: ${scored(scores[this.unit], says)}, ${this.ranks.get(this.unit) + 1} of ${order.length}`;
    this.root.dataset.unit = this.unit;
    this.root.dataset.figure = `Text in the colours of unit ${this.unit}`;
    if (!this.card.hidden) describeToken(this);
    listStrongest(this);
  }

  textKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 40, ArrowUp: -40 }[event.key];
    if (event.key === "Escape") this.look(-1);
    else if (step && !event.ctrlKey && !event.metaKey && !event.altKey) this.look(Math.max(0, Math.min(this.length - 1, this.current + step)));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // J and K, and the arrows where nobody else makes something of them.
  pageKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.composedPath()[0], inside = this.root.contains(target);
    const step = { j: 1, k: -1, ...(inside && target === this.view ? {} : { ArrowRight: 1, ArrowLeft: -1 }) }[event.key];
    if (!step) return;
    const typed = "input:not([type=checkbox]), textarea, select, canvas, [contenteditable], [role=slider], [role=radio], [role=tab], "
      + "[role=option], [role=listbox], [role=combobox], [role=grid], [role=menu], [role=dialog]";
    if (!inside && target instanceof Element && target !== document.body && target.matches(typed)) return;
    event.preventDefault();
    this.flip(step);
  }

  look(place) {
    this.tokens[this.current]?.classList.remove("current");
    this.current = place;
    this.card.hidden = place < 0;
    if (place < 0) return;
    const token = this.tokens[place], frame = this.view.getBoundingClientRect();
    token.classList.add("current");
    const own = token.getBoundingClientRect();
    if (own.top < frame.top || own.bottom + 150 > frame.bottom) this.view.scrollTop += own.top - frame.top - frame.height / 3;
    describeToken(this);
  }

}

function scored(score, says) {
  return says === "AUC" ? `AUC ${((1 + Math.abs(score)) / 2).toFixed(3)}, ${score < 0 ? "lower" : "higher"} where it holds` : `${says} ${signed(score)}`;
}
