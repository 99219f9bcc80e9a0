// Errors in their text, with what each model said of the true token and what it guessed. Text enters by textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".errors");
  if (!root) parentElement.appendChild((root = block("errors")));
  root.className = data.spaced ? "errors" : "errors symbols";
  const plain = (content, className) => {
    const own = document.createElement("span");
    own.className = className;
    own.textContent = content;
    return own;
  };
  const saying = (said, model) => {
    const own = block(said.errs ? "said errs" : "said");
    if (data.models.length > 1) own.append(plain(String.fromCharCode(65 + model), "model"));
    own.append(plain(said.errs ? "✗" : "✓", "mark"), plain(percent(said.p), "p"));
    if (!said.right) own.append(plain("→", "rest"), shownToken(said.guess, "guess"), plain(percent(said.guessP), "rest"));
    else if (said.errs) own.append(plain("yet its likeliest", "rest"));
    const guessed = typeof said.guess === "string" ? said.guess : said.guess[1];
    const instead = said.right ? "" : `, and held ${guessed} likeliest (${percent(said.guessP)})`;
    own.title = `${data.models[model]} gave the true token ${percent(said.p)}${instead}`;
    return own;
  };
  const place = (found) => {
    const sayings = block("sayings");
    sayings.append(...found.said.map(saying));
    return placeInText(found, data.spaced, "test part", { after: [sayings] });
  };
  root.replaceChildren(listOfPlaces(data.heading, data.places.map(place)));
}
