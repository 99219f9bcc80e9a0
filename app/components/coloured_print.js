// A coloured text on paper: the lines of the page, wrapped anew, with a heading and the legend.

const FACE = { symbols: 13, words: 15 }; // pixels: how large the letters are
const CELL = 18, BAND = 7, HELD = 3, HEADING = 30, FOOT = 10;

// An SVG of the whole text in the colours that it has now; shown: a ColouredText.
function printedColours(shown) {
  const { data, root, beside, marked, unit, length } = shown;
  const svg = element("svg", { class: "printed", width: PRINTED });
  const last = data.start + length, from = (data.start + 1).toLocaleString("en");
  svg.append(text(0, 14, `${shown.name.textContent} · ${shown.score.textContent} · ${data.noun}s ${from} to ${last.toLocaleString("en")}`, "print-heading"));
  const wideOf = tokenWidths(shown), gap = data.words ? 2 : 0;
  const row = CELL + (BAND + 1) * beside.length + (marked ? HELD : 0) + 4;
  const colours = element("g", {}), letters = element("g", { class: "print-letters" }); // what they share is written once
  let place = 0, x = 0, y = HEADING;
  const wrap = (wide) => {
    if (x && x + wide > PRINTED) [x, y] = [0, y + row];
  };
  for (const line of shown.view.querySelectorAll(".line")) {
    for (const group of line.children) {
      const widths = [...group.children].map(wideOf);
      wrap(widths.reduce((all, wide) => all + wide, 0));
      for (const wide of widths) {
        wrap(wide); // a group may be longer than a line
        colours.append(...printedMarks(shown, place, x, y, wide));
        letters.append(...printedLetters(shown, place++, x + wide / 2, y + CELL - 5));
        x += wide + gap;
      }
    }
    [x, y] = [0, y + row];
  }
  const [legend, height] = printedItems(colourLegend(shown), y + FOOT);
  svg.append(colours, letters, legend);
  svg.setAttribute("height", y + FOOT + height);
  return svg;
}

// How wide a token is drawn: whole pixels, so that no paper shows between neighbours.
function tokenWidths({ data, view }) {
  const family = getComputedStyle(view).fontFamily, known = new Map();
  const scale = (data.words ? FACE.words : FACE.symbols) / 12, padding = data.words ? 6 : 0;
  const measured = (content) => Math.ceil(textWidth(content, family) * scale + padding);
  return (token) => {
    const content = token.classList.contains("tab") ? "0000" : token.firstChild.textContent;
    if (!known.has(content)) known.set(content, Math.max(measured("0"), measured(content)));
    return known.get(content);
  };
}

function printedLetters({ data, root, tokens }, place, x, y) {
  const kind = tokens[place].classList;
  if (kind.contains("blank") && !root.classList.contains("blanks")) return [];
  return [text(x, y, data.tokens[place], kind.contains("sign") ? "sign" : "")];
}

function printedMarks({ beside, marked, unit, values, length }, place, x, y, wide) {
  const shade = (which) => SHADE[values[which * length + place] + 128];
  const marks = printedShade(shade(unit), x, y, wide, CELL);
  beside.forEach((other, row) => marks.push(...printedShade(shade(other), x, y + CELL + 1 + row * (BAND + 1), wide, BAND)));
  const foot = y + CELL + beside.length * (BAND + 1);
  if (marked?.[place]) marks.push(element("rect", { class: "print-held", x, y: foot, width: wide, height: HELD }));
  return marks;
}

// Above zero the line is above, below zero below: not told by colour alone.
function printedShade(shade, x, y, width, height) {
  if (shade === "z") return [];
  const marks = [element("rect", { class: `print-shade ${shade}`, x, y, width, height })], thick = lineOf(Number(shade.slice(1)));
  const top = shade[0] === "p" ? y : y + height - thick;
  if (thick) marks.push(element("rect", { class: `print-line ${shade}`, x, y: top, width, height: thick }));
  return marks;
}

// What `printedItems` takes.
function colourLegend({ data, marked, beside }) {
  const wide = 15, sample = (level, number) => [
    ...printedShade(SHADE[level + 128], number * (wide + 3), -3, wide, CELL), text(number * (wide + 3) + wide / 2, 10, "a", "print-letters"),
  ];
  const items = [
    [[], 0, `${data.quantity} −1`], [SAMPLES.flatMap(sample), SAMPLES.length * (wide + 3) + 4, "+1"], [[], 0, SIGNS],
  ];
  if (marked) items.push([[element("rect", { class: "print-held", x: 0, y: 12, width: wide, height: HELD })], wide + 6, data.property]);
  if (beside.length) items.push([[], 0, bandsOf(beside)]);
  return items;
}
