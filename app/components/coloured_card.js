// The card of one token of a coloured text: the states of the units there, and what was expected next.

// shown: a ColouredText, of which the token `current` is looked at.
function describeToken(shown) {
  const { data, current } = shown;
  const value = (unit) => `unit ${unit}: ${signed(shown.values[unit * shown.length + current] / 127)}`;
  const head = block("head");
  head.textContent = `${data.tokens[current]} · ${data.noun} ${(data.start + current + 1).toLocaleString("en")}`;
  const values = block("state");
  values.textContent = [shown.unit, ...shown.beside].map(value).join(" · ");
  const lines = [head, values];
  if (shown.marked) {
    const held = block("held-here");
    held.textContent = `${data.property}: ${shown.marked[current] ? "yes" : "no"}`;
    lines.push(held);
  }
  lines.push(...guessLines(shown));
  shown.card.replaceChildren(...lines);
  placeCard(shown);
  shown.spoken.textContent = lines.map((line) => line.textContent).join(", ");
}

// What was expected, the likeliest first, and what came.
function guessLines({ data, current, guesses, chances }) {
  const lines = [], next = data.tokens[current + 1];
  for (let rank = 0; rank < data.guessed; rank++) {
    const place = current * data.guessed + rank, name = data.guessNames[guesses[place]], chance = chances[place] / 65535;
    const guess = block(`guess${name === next ? " came" : ""}`), rail = block("rail"), fill = block("fill");
    const label = document.createElement("span"), share = document.createElement("span");
    label.textContent = name;
    fill.style.width = `${100 * chance}%`;
    rail.append(fill);
    share.textContent = percent(chance) + (name === next ? " came" : "");
    guess.append(label, rail, share);
    lines.push(guess);
  }
  if (data.guessed && next !== undefined && !lines.some((line) => line.classList.contains("came"))) {
    const other = block("other");
    other.textContent = `another came: ${next}`;
    lines.push(other);
  }
  return lines;
}

// Below the token, within the text.
function placeCard({ view, card, tokens, current }) {
  const frame = view.getBoundingClientRect(), own = tokens[current].getBoundingClientRect();
  const left = own.left - frame.left + view.scrollLeft;
  card.style.left = `${Math.max(4, Math.min(left, view.clientWidth - card.offsetWidth - 8))}px`;
  card.style.top = `${own.bottom - frame.top + view.scrollTop + 4}px`;
}
