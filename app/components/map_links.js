// Links between the chips and the clouds of a memory map: which there are for what is shown, and their curves.

// target: { word, unit, cluster }, each an index or null.
function drawLinks(map, target) {
  const { mirrored } = map.options;
  const links = linksOf(map, target);
  const largest = Math.max(...links.map((link) => Math.abs(link.value)), 1e-9);
  map.layers.links.replaceChildren(...links.map(({ from, to, value }) => {
    const share = Math.abs(value) / largest;
    const { chip } = map.plan.clusters[from], { cloud } = map.plan.clusters[to];
    const x1 = mirrored ? chip.x - 1 : chip.x + chip.width + 1, x2 = mirrored ? cloud.x + cloud.width : cloud.x;
    const y1 = chip.y + chip.height / 2;
    const y2 = target.word === null ? cloud.y + cloud.height / 2 : (map.plan.words[target.word]?.y ?? cloud.y + cloud.height / 2) - 4;
    const bend = (x2 - x1) * 0.45;
    return element("path", {
      class: `link ${value < 0 ? "negative" : "positive"}`,
      d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
      "stroke-width": (1 + 9 * share) * map.data.links.width,
      "stroke-opacity": 0.2 + 0.6 * share,
    });
  }));
}

// Each link: from unit cluster, to word cluster, mean expected response.
function linksOf(map, { word, unit, cluster }) {
  const { wordClusters } = map.data;
  if (word !== null) {
    return map.plan.clusters.flatMap(({ members }, from) => (members.length && wordClusters[word] >= 0
      ? [{ from, to: wordClusters[word], value: mean(members.map((u) => map.response(word, u))) }] : []));
  }
  if (unit !== null) return linksOfUnit(map, unit);
  const all = linksOfClusters(map);
  return cluster === null ? strongestLinks(map, all) : all.filter(({ from, to }) => from === cluster || to === cluster);
}

function linksOfUnit(map, unit) {
  const { clusters, wordClusters, unitClusters } = map.data;
  if (unitClusters[unit] < 0) return [];
  const sums = clusters.map(() => [0, 0]);
  wordClusters.forEach((to, word) => {
    if (to < 0) return;
    sums[to][0] += map.response(word, unit);
    sums[to][1] += 1;
  });
  return sums.flatMap(([sum, count], to) => (count ? [{ from: unitClusters[unit], to, value: sum / count }] : []));
}

function linksOfClusters(map) {
  const { strength, clusters } = map.data;
  return clusters.flatMap((_, to) => clusters.map((_, from) => ({ from, to, value: strength[to][from] })))
    .filter(({ from, to }) => map.plan.clusters[from].members.length && clusters[to].size);
}

// At first sight only the strongest links of every cluster, on either side.
function strongestLinks({ data }, all) {
  const { strength, clusters, links } = data, best = new Set();
  const largest = Math.max(...strength.flat().map(Math.abs), 1e-9);
  const passes = ({ value }) => Math.abs(value) >= links.weakest * largest && Math.abs(value) <= links.strongest * largest;
  clusters.forEach((_, index) => {
    for (const side of ["from", "to"]) {
      const some = all.filter((link) => link[side] === index).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
      for (const link of some.slice(0, links.perCluster)) best.add(link);
    }
  });
  return [...best].filter(passes);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
