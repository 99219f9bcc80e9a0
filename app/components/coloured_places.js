// The places of a coloured text where its unit is strongest, each a button that leads there.

const STRONGEST = 8, APART = 25; // as many places, no two of them nearer to each other

// shown: a ColouredText.
function listStrongest(shown) {
  const label = document.createElement("span");
  label.textContent = "Strongest here:";
  shown.places.replaceChildren(label, ...strongestPlaces(shown).map((place) => jumpTo(shown, place)));
}

function strongestPlaces({ values, unit, length }) {
  const strength = (place) => Math.abs(values[unit * length + place]);
  const found = [], free = new Uint8Array(length).fill(1);
  const byStrength = Array.from({ length }, (_, place) => place).sort((a, b) => strength(b) - strength(a));
  for (const place of byStrength) {
    if (found.length === STRONGEST || !strength(place)) break;
    if (!free[place]) continue;
    found.push(place);
    free.fill(0, Math.max(0, place - APART), place + APART);
  }
  return found;
}

function jumpTo(shown, place) {
  const { data, values, unit, length } = shown, around = data.words ? 3 : 12, glue = data.words ? " " : "";
  const stretch = (from, to) => data.tokens.slice(Math.max(0, from), to).map((one) => (one === "␣" ? " " : one)).join(glue);
  const context = `${stretch(place - around, place)}[${stretch(place, place + 1)}]${stretch(place + 1, place + 1 + around)}`;
  const jump = button(`${signed(values[unit * length + place] / 127)} ${context}`, `Go to ${data.start + place + 1}`, () => {
    shown.look(place);
    shown.view.focus({ preventScroll: true });
  });
  jump.title = context;
  return jump;
}

function button(label, says, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  setAll(made, { "aria-label": says });
  made.addEventListener("click", press);
  return made;
}
