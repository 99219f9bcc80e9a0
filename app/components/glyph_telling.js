// Glyphs in words: what a tip says of a token, a lane or a cluster, and the legend.

// What happens at a token, and in one cluster if there is one.
function describePlace(drawing, { row: place, position, cluster }) {
  const row = drawing.rows[place], { data } = drawing;
  const lines = [`${row.tokens[position]}${row.unknown.has(position) ? "  (not in the vocabulary: read as <unk>)" : ""}`];
  if (cluster !== null) {
    const shares = drawing.parts(row, position, cluster).map((share, part) => (part < PARTS - 1 ? share * drawing.full : share));
    const [up, down, gainedUp, lostUp, gainedDown, lostDown, kept] = shares;
    lines.push(`cluster ${cluster + 1} · ${data.clusters[cluster].words.slice(0, 4).join(" ")}`);
    lines.push(`holds +${up.toFixed(2)} −${down.toFixed(2)} per unit; gained ${(gainedUp + gainedDown).toFixed(2)}, lost ${(lostUp + lostDown).toFixed(2)}`
      + (position > 0 ? `, kept ${Math.round(100 * kept)} %` : ""));
    const start = (position * data.clusters.length + cluster) * STRONGEST, moved = [];
    for (let rank = start; rank < start + STRONGEST; rank++) {
      if (row.units[rank] !== NO_UNIT) moved.push(`${row.units[rank]} (${signed((row.moves[rank] / 127) * row.largestMove)})`);
    }
    if (moved.length) lines.push(`units that moved most: ${moved.join(", ")}`);
  }
  lines.push(`change ${row.changes[position].toFixed(3)} per unit, number ${row.ranks[position]} of ${row.tokens.length}`);
  const nats = row.surprise[position];
  if (nats !== null) lines.push(`surprise ${nats.toFixed(2)} nats`);
  lines.push(row.meter.heading, ...row.guesses[position].map(([name, p]) => `   ${name}   ${percent(p)}`));
  return lines.join("\n");
}

function describeCluster({ words, strongest, units }, index) {
  return `cluster ${index + 1}: ${units} unit${units === 1 ? "" : "s"}\nstrongest units: ${strongest.join(", ")}\n`
    + `moved by: ${words.join(" ") || "no word of its own"}\na click leads to it in the memory map`;
}

// [marks in a box of 24 × 12, caption] for everything that is drawn.
function glyphLegend() {
  const bar = (className) => element("rect", { class: className, x: 5, y: 1, width: 14, height: 10 });
  const line = (className, x2) => element("line", { class: className, x1: 3, x2, y1: 6, y2: 6 });
  return [
    [[bar("held")], "held before and now"],
    [[bar("up")], "gained above zero"],
    [[bar("down")], "gained below zero"],
    [[bar("lost of-up")], "lost above zero"],
    [[bar("lost of-down")], "lost below zero"],
    [[line("rail", 21), line("kept", 14)], "share of the memory kept since the token before"],
  ];
}

function describeScale({ full, rows, cut }) {
  return `half a lane: ${full.toFixed(2)} per unit${rows.length > 1 ? ", in every text" : ""}${cut ? "; more is cut off, with a notch" : ""}`;
}
