// Numbers and words as they are told; stands before the script of every component, after `svg.js`.

function percent(share) {
  return share < 0.0005 ? "< 0.1 %" : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// At most `longest` letters, of which the last is an ellipsis where some are left out.
function shorten(label, longest = 40) {
  const letters = [...label];
  return letters.length > longest ? `${letters.slice(0, Math.max(1, longest - 1)).join("")}…` : label;
}
