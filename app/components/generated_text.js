// A prompt (bold) and the tokens that a network wrote after it, each over a bar: full height is 100 per cent.
// The tokens are one stop of the Tab key; arrow keys go along them. Text enters by textContent.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".written");
  if (!root) {
    root = document.createElement("div");
    parentElement.appendChild(root);
  }
  root.className = data.noun === "word" ? "written" : "written symbols";
  new Written(root, data, (position) => setTriggerValue("picked", { position }));
}

class Written {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, current: -1 });
    this.box = block("tokens");
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "listbox");
    this.box.setAttribute("aria-label", `${data.written.length} ${data.noun}s written after the prompt`);
    this.tip = block("tip");
    this.marks = data.written.map((token, position) => this.written(token, position));
    let line = null;
    const given = data.prompt.map((token) => this.token(token, `given${token.known ? "" : " unknown"}`));
    [...data.prompt, ...data.written].forEach((token, place) => {
      if (!line) this.box.append((line = block("line")));
      line.append(place < given.length ? given[place] : this.marks[place - given.length]);
      if (token.ends) line = null;
    });
    this.box.addEventListener("keydown", (event) => this.press(event));
    this.box.addEventListener("blur", () => this.look(-1));
    this.root.replaceChildren(this.box, this.tip);
  }

  token(token, className) {
    const mark = block(`token ${className}${token.sign ? " sign" : ""}`);
    const label = block("label");
    label.textContent = token.text;
    mark.append(label, block("rail"));
    return mark;
  }

  written(token, position) {
    const mark = this.token(token, "new");
    const fill = block("fill");
    fill.style.height = `${(100 * token.probability).toFixed(1)}%`;
    mark.lastChild.append(fill);
    mark.id = `written-${position}`;
    mark.setAttribute("role", "option");
    mark.setAttribute("aria-label", `${token.text}, ${percent(token.probability)}`);
    mark.addEventListener("pointerenter", () => this.describe(position));
    mark.addEventListener("pointerleave", () => this.tip.classList.remove("shown"));
    mark.addEventListener("click", () => this.tell(position));
    return mark;
  }

  press(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) this.look(Math.max(0, Math.min(this.marks.length - 1, this.current + step)));
    else if (event.key === "Enter" && this.current >= 0) this.tell(this.current);
    else if (event.key === "Escape") this.look(-1);
    else return;
    event.preventDefault();
  }

  look(position) {
    this.marks[this.current]?.classList.remove("current");
    this.current = position;
    this.tip.classList.remove("shown");
    this.box.removeAttribute("aria-activedescendant");
    if (position < 0) return;
    this.marks[position].classList.add("current");
    this.marks[position].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", this.marks[position].id);
    this.describe(position);
  }

  describe(position) {
    const { text, probability } = this.data.written[position];
    this.tip.textContent = `${text}\n${percent(probability)} after all before it\nclick: the text up to here becomes the prompt`;
    this.tip.classList.add("shown");
    const frame = this.root.getBoundingClientRect(), own = this.marks[position].getBoundingClientRect();
    const left = Math.min(own.left - frame.left, frame.width - this.tip.offsetWidth);
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${own.bottom - frame.top + 4}px`;
  }
}
