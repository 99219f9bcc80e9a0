// A memory map with half the room: a narrower legend, and a flag for a word that is shown but has no place.

const NARROW_SCALE = { step: 5, gap: 5, bar: 5, between: 16, line: 26, after: 5, apart: 14, lowers: "lowers: dashed, bar, dots" };

class HalfMap extends MemoryMap {
  show(target) {
    if (!this.plan) return;
    super.show(target);
    const { data, plan } = this;
    const cluster = target?.kind === "word" ? data.wordClusters[target.index] : -1;
    if (cluster < 0 || plan.words[target.index]) return;
    const { cloud } = plan.clusters[cluster];
    const label = shorten(data.words[target.index]);
    const width = Math.min(textWidth(label, this.family) + 14, cloud.width);
    const x = this.options.mirrored ? cloud.x + 6 : cloud.x + cloud.width - width - 6;
    const y = cloud.y + cloud.height - 9;
    const flag = element("g", { class: "flag" });
    const written = text(x + 7, y + 13, label, "note");
    flag.append(element("rect", { x, y, width, height: 18, rx: 4 }), written);
    this.layers.cursor.append(flag);
    if (written.getComputedTextLength() > width - 14) written.setAttribute("textLength", width - 14);
  }

  drawLegend() {
    const { data, family, plan } = this, y = plan.bottom + 34;
    this.caption = text(0, plan.bottom + 14, "", "note");
    this.layers.legend.replaceChildren(this.caption, ...scaleMarks(data, family, y, NARROW_SCALE), ...this.tagLines(y + 22));
  }

  // Parts of speech in as many lines as they need, and as much more of the picture.
  tagLines(y) {
    let x = 0;
    const groups = tagMarks(this.data, this.family, 0).map((group) => {
      const wide = textWidth(group.textContent, this.family) + 26;
      const at = Number(group.querySelector("text").getAttribute("x")) - 14;
      if (x + wide > this.width) [x, y] = [0, y + 18];
      group.setAttribute("transform", `translate(${x - at} ${y})`);
      x += wide;
      return group;
    });
    const height = Math.max(this.plan.height, groups.length ? y + 10 : 0);
    setAll(this.svg, { viewBox: `0 0 ${this.width} ${height}`, height });
    return groups;
  }
}
