// The shades of a coloured text: some thirty for 256 values, a rule of style for each, and the legend that explains them.

const SHADES = 14, FAINT = 3; // FAINT: from this shade on the sign has its line
const FULL = 78; // per cent of the colour at ±1, so that the letters on it can be read

const SHADE = Array.from({ length: 256 }, (_, place) => {
  const value = (place - 128) / 127, level = Math.round(Math.min(1, Math.abs(value)) * SHADES);
  return level === 0 ? "z" : `${value < 0 ? "n" : "p"}${level}`;
});

// What the legend says, on the page and on paper.
const SAMPLES = [-127, -64, -24, 0, 24, 64, 127], SIGNS = "a line above: positive, below: negative";
const bandsOf = (units) => `bands below: unit ${units.join(", unit ")}`;

// How thick the line is that tells the sign of a shade, in pixels.
const lineOf = (level) => (level < FAINT ? 0 : level > SHADES * 0.6 ? 2.5 : 1.5);

// A rule for each shade: elements that share one are styled once.
function shades() {
  const rules = [];
  for (let level = 1; level <= SHADES; level++) {
    const share = (FULL * level) / SHADES, line = lineOf(level);
    for (const [sign, colour, side] of [["p", "--above", 1], ["n", "--below", -1]]) {
      const strong = `color-mix(in srgb, var(${colour}) 75%, var(--ink))`;
      const mixed = `color-mix(in srgb,var(${colour}) ${share}%,var(--paper))`;
      rules.push(`.${sign}${level}{background:${mixed};box-shadow:inset 0 ${side * line}px 0 ${strong}}`);
      rules.push(`.print-shade.${sign}${level}{fill:${mixed}}.print-line.${sign}${level}{fill:${strong}}`);
    }
  }
  return rules.join("\n");
}

function colouredLegend({ data, marked, beside }) {
  const legend = block("legend");
  const sample = (level) => {
    const token = document.createElement("span"), label = document.createElement("b");
    label.textContent = "a";
    token.className = `token ${SHADE[level + 128]}`;
    token.append(label);
    return token;
  };
  legend.append(`${data.quantity} −1`, ...SAMPLES.map(sample), "+1", block("gap-in-line"), SIGNS);
  if (marked) {
    const held = sample(0);
    held.classList.add("held");
    legend.append(held, data.property);
  }
  if (beside.length) legend.append(block("gap-in-line"), bandsOf(beside));
  return legend;
}
