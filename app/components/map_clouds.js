// Clouds of words on a memory map: the words at their places, as large as they respond to a unit, coloured by their sign
// or by their part of speech. A word that was drawn before is moved, so that the eye follows it. map: a MemoryMap.

class MapClouds {
  constructor(map) {
    Object.assign(this, { map, byName: new Map(), marks: [] });
  }

  clear() {
    [this.byName, this.marks] = [new Map(), []];
  }

  draw() {
    const { data, plan, layers } = this.map;
    const before = this.byName;
    this.clear();
    const fresh = [];
    data.words.forEach((name, word) => {
      const planned = plan.words[word];
      if (!planned) return;
      let mark = before.get(name);
      before.delete(name);
      if (!mark) {
        mark = element("text", { class: "word", role: "button", "data-kind": "word", "aria-label": name });
        layers.clouds.append(mark);
        fresh.push(mark);
      }
      if (mark.textContent !== planned.label) mark.textContent = planned.label;
      mark.dataset.index = word;
      mark.style.fontSize = `${planned.size}px`;
      mark.removeAttribute("textLength");
      moveTo(mark, planned.x, planned.y);
      mark.planned = planned;
      this.byName.set(name, mark);
      this.marks[word] = mark;
    });
    for (const gone of before.values()) gone.remove();
    for (const mark of fresh) mark.style.opacity = 0;
    requestAnimationFrame(() => fresh.forEach((mark) => mark.style.removeProperty("opacity")));
    this.squeeze();
  }

  // The browser's font may be wider than the one that the cloud was laid out with: words never overlap.
  squeeze() {
    const marks = this.marks.filter(Boolean);
    const pen = document.createElement("canvas").getContext("2d");
    for (const mark of marks) {
      const { label, size, width } = mark.planned;
      pen.font = `${size}px ${this.map.family}`;
      if (pen.measureText(label).width > width) mark.setAttribute("textLength", width);
    }
  }

  // By their response to a unit, or as they are; picked: the word that stands out, or null.
  paint(unit, picked) {
    const { data } = this.map;
    this.marks.forEach((mark, word) => {
      const value = unit === null ? null : this.map.response(word, unit);
      const share = value === null ? 1 : Math.min(1, Math.abs(value) / data.clip);
      const tag = data.tags?.length && value === null ? data.tags[word] : null;
      const fill = value !== null ? (value < 0 ? NEGATIVE : POSITIVE) : tag !== null ? `var(--tag-${data.tagNames[tag]})` : "var(--ink)";
      const opacity = value === null ? (picked === null || picked === word ? 1 : 0.85) : Math.round((0.45 + 0.55 * share) * 50) / 50;
      if (mark.shownFill !== fill) mark.style.fill = mark.shownFill = fill;
      if (mark.shownOpacity !== opacity) mark.style.fillOpacity = mark.shownOpacity = opacity;
      const { x, y } = mark.planned;
      moveTo(mark, x, y, value === null ? 1 : Math.round((0.75 + 0.25 * share) * 20) / 20);
      const name = `word${word === picked ? " picked" : ""}${value < 0 && share > CUE ? " negative" : ""}`;
      if (mark.shownClass !== name) mark.setAttribute("class", (mark.shownClass = name));
    });
  }

  // Words of one part of speech; the others step back. null: all words alike.
  emphasise(tag) {
    if (this.emphasised === tag) return;
    this.emphasised = tag;
    this.marks.forEach((mark, word) => mark.classList.toggle("aside", tag !== null && this.map.data.tags[word] !== tag));
  }
}
