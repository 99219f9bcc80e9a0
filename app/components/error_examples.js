// Errors in their text (keyword in context), with what each model said of the true token and what it guessed.
// Text enters by textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".errors");
  if (!root) parentElement.appendChild((root = block("errors")));
  root.className = data.spaced ? "errors" : "errors symbols";
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
    if (!said.right) own.append(plain("→", "rest"), token(said.guess, "guess"), plain(percent(said.guessP), "rest"));
    else if (said.errs) own.append(plain("yet its likeliest", "rest"));
    const guessed = typeof said.guess === "string" ? said.guess : said.guess[1];
    const instead = said.right ? "" : `, and held ${guessed} likeliest (${percent(said.guessP)})`;
    own.title = `${data.models[model]} gave the true token ${percent(said.p)}${instead}`;
    return own;
  };
  const place = (found) => {
    const own = block("place");
    own.setAttribute("role", "listitem");
    const middle = block("middle");
    middle.append(token(found.token, "token"));
    const rest = block("rest");
    rest.append(middle, stretch(found.after, "after"));
    const sayings = block("sayings");
    sayings.append(...found.said.map(saying));
    own.append(stretch(found.before, "before"), rest, sayings);
    own.title = `position ${found.position.toLocaleString("en")} of the test part`;
    return own;
  };
  const list = block("list");
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", data.heading);
  list.append(...data.places.map(place));
  root.replaceChildren(list);
}
