// A tour of a few steps for the first visit: a card that says where to look, and a ring around what it speaks of.

const SEEN = "rnnscope-tour";

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".tour");
  if (!root) {
    root = block("tour");
    parentElement.appendChild(root);
    const begin = document.createElement("button");
    begin.type = "button";
    begin.textContent = "Take the tour";
    begin.addEventListener("click", () => new Tour(data.steps));
    root.append(begin);
    if (!localStorage.getItem(SEEN)) new Tour(data.steps);
  }
}

class Tour {
  constructor(steps) {
    document.querySelectorAll(".tour-card, .tour-ring").forEach((old) => old.remove());
    this.steps = steps;
    this.ring = block("tour-ring");
    this.card = block("tour-card");
    this.card.setAttribute("role", "dialog");
    this.card.setAttribute("aria-label", "Tour");
    this.card.tabIndex = -1;
    this.card.addEventListener("keydown", (event) => event.key === "Escape" && this.end());
    document.body.append(this.ring, this.card);
    this.follow = setInterval(() => this.place(), 250); // pages and sidebars move
    this.show(0);
  }

  show(place) {
    this.step = place;
    const { title, text: said, page, target } = this.steps[place];
    this.target = target;
    if (page !== undefined) this.go(page);
    const node = (name, content, className) => Object.assign(document.createElement(name), { textContent: content, className });
    const buttons = block("buttons");
    const last = place === this.steps.length - 1;
    buttons.append(this.button("Skip", () => this.end()), node("span", `${place + 1} of ${this.steps.length}`, "count"));
    if (place) buttons.append(this.button("Back", () => this.show(place - 1)));
    const next = this.button(last ? "Done" : "Next", () => (last ? this.end() : this.show(place + 1)));
    next.className = "next";
    buttons.append(next);
    this.card.replaceChildren(node("h4", title, ""), node("p", said, ""), buttons);
    next.focus({ preventScroll: true });
    this.place();
  }

  button(caption, act) {
    const node = document.createElement("button");
    node.type = "button";
    node.textContent = caption;
    node.addEventListener("click", act);
    return node;
  }

  // A link stands in a section that may be folded; where the window is narrow, in the sidebar.
  async go(page) {
    if (location.pathname.endsWith(`/${page}`)) return;
    const places = ["stTopNav", "stTopNavPopover", "stSidebarNav"].map((name) => `[data-testid="${name}"] a`).join();
    for (const section of [null, ...document.querySelectorAll('[data-testid="stTopNavSection"]')]) {
      section?.click();
      await new Promise((drawn) => setTimeout(drawn, section ? 150 : 0));
      const links = [...document.querySelectorAll(places)];
      const link = links.find((one) => new URL(one.href).pathname.endsWith(`/${page}`));
      if (link) return link.click();
    }
  }

  place() {
    const found = this.target && document.querySelector(this.target);
    const box = found?.getBoundingClientRect();
    const shown = Boolean(box && box.width && box.height && box.right > 0);
    this.ring.style.display = shown ? "block" : "none";
    if (!shown) return;
    const [left, top] = [Math.max(4, box.left - 6), Math.max(4, box.top - 6)];
    const [right, bottom] = [Math.min(innerWidth - 4, box.right + 6), Math.min(innerHeight - 4, box.bottom + 6)];
    Object.assign(this.ring.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  }

  end() {
    clearInterval(this.follow);
    this.ring.remove();
    this.card.remove();
    localStorage.setItem(SEEN, "seen");
  }
}
