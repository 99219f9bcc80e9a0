// The colours of a heatmap, on light and on dark paper, and the legend that explains them.

// From below zero over nothing to above it: the two ends differ in lightness too, for eyes and printers without colour.
const RAMPS = {
  light: { low: [9, 66, 120], high: [255, 120, 40], full: [38, 40, 52] },
  dark: { low: [11, 135, 216], high: [255, 190, 130], full: [245, 245, 245] },
};

const rampOn = (paper) => RAMPS[luminance(paper) < 0.5 ? "dark" : "light"];

// Red, green and blue of each of 256 levels, in the order of their bytes.
function heatShades(data, paper) {
  const ramp = rampOn(paper), ground = colour(paper);
  return Array.from({ length: 256 }, (_, level) => {
    const value = ((level > 127 ? level - 256 : level) * data.scale) / 127;
    const share = Math.min(1, Math.abs(value) / data.clip), end = !data.signed ? ramp.full : value < 0 ? ramp.low : ramp.high;
    return ground.map((part, index) => part + (end[index] - part) * share);
  });
}

function heatLegend(data, paper) {
  const legend = block("legend"), ramp = rampOn(paper);
  const css = (parts) => `rgb(${parts.join(" ")})`;
  const bar = document.createElement("span");
  bar.className = "ramp";
  bar.style.background = data.signed
    ? `linear-gradient(90deg, ${css(ramp.low)}, ${paper} 50%, ${css(ramp.high)})` : `linear-gradient(90deg, ${paper}, ${css(ramp.full)})`;
  const clip = data.clip.toFixed(2), clipped = data.scale > data.clip * 1.005;
  const note = document.createElement("span");
  note.textContent = data.signed && clipped ? `full colour from ${clip} on; the largest is ${data.scale.toFixed(2)}` : "";
  legend.append(data.name, data.signed ? ` −${clip}` : " 0", bar, data.signed ? `+${clip}` : "1", note);
  return legend;
}

// The parts of a colour, whatever way the theme writes it.
function colour(css) {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.fillStyle = css;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

function luminance(css) {
  const [red, green, blue] = colour(css);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
