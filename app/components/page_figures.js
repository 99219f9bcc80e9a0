// The figures of a page, wherever they stand: drawings of components that have a title, and charts.

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
