// Places in a text (keyword in context): what stands before is flush right, the token in the middle, the rest follows.
// Text enters by textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".contexts");
  if (!root) parentElement.appendChild((root = block("contexts")));
  root.className = data.spaced ? "contexts" : "contexts symbols";
  root.dataset.figure = data.title;
  root.whole = () => root.appendChild(printedContexts(data)); // what an export takes instead
  const token = (shown, className) => {
    const own = document.createElement("bdi");
    own.className = className;
    [own.textContent, own.title] = typeof shown === "string" ? [shown, ""] : shown;
    return own;
  };
  const stretch = (tokens, className) => {
    const own = block(className);
    const line = document.createElement("span");
    tokens.forEach((shown, place) => line.append(place && data.spaced ? " " : "", token(shown, "token")));
    own.append(line);
    return own;
  };
  const place = (found) => {
    const own = block(`place ${found.positive ? "up" : "down"}`);
    own.setAttribute("role", "listitem");
    const value = block("value");
    value.textContent = found.value;
    const middle = block("middle");
    middle.append(token(found.token, "token"));
    const rest = block("rest");
    rest.append(middle, stretch(found.after, "after"));
    own.append(value, stretch(found.before, "before"), rest);
    own.title = `position ${found.position.toLocaleString("en")} of the recorded text`;
    return own;
  };
  root.replaceChildren(...data.sides.map((side) => {
    const own = block("side");
    const heading = block("heading");
    heading.textContent = side.heading;
    const list = block("list");
    list.setAttribute("role", "list");
    list.setAttribute("aria-label", side.heading);
    list.append(...side.places.map(place));
    own.append(heading, list);
    return own;
  }));
}
