// A place in a text: what stands before is flush right, the token in the middle, the rest follows (keyword in context).

// A line of its own, with what stands `beside` it; found: { position, before, token, after }; part: of which text.
function placeInText(found, spaced, part, beside) {
  const own = block("place"), middle = block("middle"), rest = block("rest");
  own.setAttribute("role", "listitem");
  own.title = `position ${found.position.toLocaleString("en")} of the ${part}`;
  middle.append(shownToken(found.token, "token"));
  rest.append(middle, stretchOf(found.after, spaced, "after"));
  own.append(...(beside.before ?? []), stretchOf(found.before, spaced, "before"), rest, ...(beside.after ?? []));
  return own;
}

function listOfPlaces(label, places) {
  const list = block("list");
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", label);
  list.append(...places);
  return list;
}

function stretchOf(tokens, spaced, className) {
  const own = block(className), line = document.createElement("span");
  tokens.forEach((shown, place) => line.append(place && spaced ? " " : "", shownToken(shown, "token")));
  own.append(line);
  return own;
}

// shown: a token, or [cut, whole] where it is too long; each keeps to itself, whichever way it is written.
function shownToken(shown, className) {
  const own = document.createElement("bdi");
  own.className = className;
  [own.textContent, own.title] = typeof shown === "string" ? [shown, ""] : shown;
  return own;
}
