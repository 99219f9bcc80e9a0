// A flow of words in words: what becomes of a cluster, and which words a cluster or a ribbon holds.

function fateOf(side, index) {
  const { fate, partners } = side.clusters[index];
  const other = side.side === "A" ? "B" : "A";
  const places = partners.map((place) => place + 1).join(", ");
  if (fate === "stays") return `stays: ${other} ${places}`;
  if (fate === "split") return `split: ${other} ${places}`;
  if (fate === "merged") return `merged into ${other} ${places}`;
  return fate === "scattered" ? "scattered" : "too few to tell";
}

// Lines about the ribbons `chosen` of what has the name `name`; null: nothing is shown.
function flowLines({ noun, sides }, name, chosen) {
  if (name === null) {
    return [flowLine("", `Point at a ribbon or a cluster to see its ${noun}s; a click keeps it. Faint ribbons are no wider than chance makes them.`)];
  }
  const lines = [];
  if (name.startsWith("only")) {
    const side = sides.find((one) => name.endsWith(one.side));
    lines.push(flowLine(`Only in ${side.side}, ${plural(side.only.length, noun)} `, side.only.join(" ")));
  }
  for (const ribbon of [...chosen].sort((one, other) => other.words.length - one.words.length)) {
    const share = (side, index) => percent(ribbon.words.length / side.clusters[index].words);
    lines.push(flowLine(
      `${ribbon.name} · ${plural(ribbon.words.length, noun)}, ${share(sides[0], ribbon.from)} of A’s cluster, ${share(sides[1], ribbon.to)} of B’s${ribbon.tied ? "" : " (no more than by chance)"} `,
      ribbon.words.join(" "),
    ));
  }
  return lines;
}

function flowLine(bold, rest) {
  const line = block("line"), strong = document.createElement("b");
  strong.textContent = bold;
  line.append(strong, rest);
  return line;
}
