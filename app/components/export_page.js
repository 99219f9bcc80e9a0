// A whole page as one HTML file that needs nothing else: its texts, its figures, its tables.

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
  summary.textContent = `${label} (${total.toLocaleString("en")} row${total === 1 ? "" : "s"}${rows.length < total ? `, the first ${rows.length.toLocaleString("en")} shown` : ""})`;
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
