// Places in a text where a unit is strongest, in one list for each side. Text enters by textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".contexts");
  if (!root) parentElement.appendChild((root = block("contexts")));
  root.className = data.spaced ? "contexts" : "contexts symbols";
  root.dataset.figure = data.title;
  root.whole = () => root.appendChild(printedContexts(data)); // what an export takes instead
  const place = (found) => {
    const value = block("value");
    value.textContent = found.value;
    const own = placeInText(found, data.spaced, "recorded text", { before: [value] });
    own.classList.add(found.positive ? "up" : "down");
    return own;
  };
  root.replaceChildren(...data.sides.map((side) => {
    const own = block("side");
    const heading = block("heading");
    heading.textContent = side.heading;
    own.append(heading, listOfPlaces(side.heading, side.places.map(place)));
    return own;
  }));
}
