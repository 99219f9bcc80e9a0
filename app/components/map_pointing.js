// The pointer and the keyboard on a memory map: what is pointed at, steps to what is nearest, picks.

class MapPointing {
  constructor(map) {
    Object.assign(this, { map, hovered: null });
    const { svg } = map;
    const target = (event) => {
      const node = event.target.closest?.("[data-kind]");
      return node ? { kind: node.dataset.kind, index: Number(node.dataset.index) } : null;
    };
    svg.addEventListener("pointerover", (event) => {
      const tag = event.target.closest?.(".tag");
      map.clouds.emphasise(tag ? Number(tag.dataset.tag) : null);
      const over = target(event);
      if (over) this.hover(over);
      else this.leave();
    });
    svg.addEventListener("pointerleave", () => this.leave());
    svg.addEventListener("click", (event) => {
      const clicked = target(event);
      if (clicked) map.pick(clicked);
    });
    svg.addEventListener("keydown", (event) => this.press(event));
    svg.addEventListener("blur", () => this.leave());
  }

  hover(target) {
    const { map } = this;
    if (same(target, this.hovered)) return;
    this.hovered = target;
    map.svg.classList.add("still"); // what answers the pointer does not glide
    if (!map.picked || target.kind !== "cluster") map.show(target);
    map.tip.show(target);
    map.options.onHover?.(target);
  }

  leave() {
    if (!this.hovered) return;
    this.hovered = null;
    this.map.tip.hide();
    this.map.show(this.map.picked);
    this.map.options.onHover?.(null);
  }

  press(event) {
    const { map } = this;
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (steps[event.key]) this.step(...steps[event.key]);
    else if (event.key === "Enter" && this.hovered) map.pick(this.hovered);
    else if (event.key === "Escape" && map.picked) map.pick(map.picked);
    else return;
    event.preventDefault();
  }

  // To the nearest word or unit in a direction.
  step(right, down) {
    const { plan, data, picked } = this.map;
    if (!plan) return;
    const from = this.hovered ?? picked;
    const [x, y] = from ? middleOf(plan, from) : [0, 0];
    let best = null, least = Infinity;
    const consider = (kind) => (_, index) => {
      const own = { kind, index };
      const at = middleOf(plan, own);
      if (!at || same(own, from)) return;
      const along = (at[0] - x) * right + (at[1] - y) * down;
      const aside = Math.abs((at[0] - x) * down) + Math.abs((at[1] - y) * right);
      const far = along + 3 * aside;
      if (along > 1 && far < least) [best, least] = [own, far];
    };
    data.words.forEach(consider("word"));
    data.unitClusters.forEach(consider("unit"));
    if (best) this.hover(best);
  }
}

const same = (one, other) => one?.kind === other?.kind && one?.index === other?.index;
