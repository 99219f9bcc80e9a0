"""How often the gates of every unit are open and shut."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.gates.saturation import Saturation
from app.figures.style import POSITIVE, series, styled

PANEL = 232  # pixels of height
SMALLEST, LARGEST = 5.0, 19.0  # pixels across
TITLES = {"hidden_magnitude": "|hidden state|"}


def plot_gate_saturation(
    found: Saturation,
    sizes: np.ndarray | None,
    marked: Sequence[tuple[int, int]],
    *,
    keeping: str | None,
    size_name: str,
    dark: bool,
) -> go.Figure:
    """One panel per layer and gate, one circle per unit: right, how often the gate is above; up, how often below.

    sizes: (L, H), what the area of a circle tells, None for all alike. marked: (layer, unit) of near-integrators, which
    are diamonds in the panels of the gate `keeping`. Every point carries (layer, unit) for a click.
    """
    layers, units = next(iter(found.right.values())).shape
    rows, columns = (layers, len(found.gates)) if len(found.gates) > 1 else (1, layers)
    height = 60 + PANEL * rows
    figure = make_subplots(
        rows,
        columns,
        shared_xaxes="all",
        shared_yaxes="all",
        subplot_titles=[f"layer {layer + 1} · {title_of(gate)}" for layer in range(layers) for gate in found.gates],
        vertical_spacing=34 / height,
        horizontal_spacing=0.025,
    )
    figure.update_annotations(font={"size": 13})
    across = _diameters(sizes, (layers, units))
    kept = np.zeros((layers, units), bool)
    for layer, unit in marked:
        kept[layer, unit] = True
    colour = series(dark=dark)[0][0]
    traces, diagonals = [], []  # each added at once: Plotly checks all that is there at every addition
    for layer in range(layers):
        for column, gate in enumerate(found.gates):
            place = layer * len(found.gates) + column
            axis = "" if place == 0 else str(place + 1)
            diamonds = kept[layer] & (gate == keeping)
            quantity = np.zeros(units) if sizes is None else sizes[layer]
            numbers = np.column_stack((np.full(units, layer), np.arange(units), found.mean[gate][layer], quantity))
            told = "" if sizes is None else f"<br>{size_name}: %{{customdata[3]:.3g}}"
            traces.append(
                go.Scatter(
                    x=found.right[gate][layer],
                    y=found.left[gate][layer],
                    xaxis=f"x{axis}",
                    yaxis=f"y{axis}",
                    mode="markers",
                    marker={
                        "size": across[layer],
                        "color": np.where(diamonds, POSITIVE, colour),
                        "symbol": np.where(diamonds, "diamond", "circle"),
                        "opacity": 0.6,
                        "line": {"width": np.where(diamonds, 1.4, 0.6), "color": "#fafafa" if dark else "#31333f"},
                    },
                    customdata=numbers.tolist(),  # Streamlit reports those of an array of two dimensions wrongly
                    showlegend=False,
                    hovertemplate=(
                        f"unit %{{customdata[1]}}, {title_of(gate)}<br>above {found.above:.2f} at %{{x:.1%}} of tokens"
                        f"<br>below {found.below:.2f} at %{{y:.1%}}<br>mean %{{customdata[2]:.2f}}{told}<extra></extra>"
                    ),
                )
            )
            line = {"type": "line", "x0": 0, "y0": 1, "x1": 1, "y1": 0, "layer": "below"}
            line |= {"xref": f"x{axis}", "yref": f"y{axis}"}
            diagonals.append(line | {"line": {"dash": "dot", "width": 1, "color": "rgba(128,128,128,.6)"}})
    figure.add_traces(traces)
    figure.update_layout(shapes=diagonals)
    styled(figure, dark=dark, height=height, x="", y="")
    figure.update_layout(margin={"l": 62, "r": 8, "t": 28, "b": 44}, hovermode="closest", clickmode="event+select")
    figure.update_xaxes(tickformat=".0%", range=[-0.05, 1.05], tickvals=[0, 0.5, 1])
    figure.update_yaxes(tickformat=".0%", range=[-0.05, 1.05], tickvals=[0, 0.5, 1])
    title = {"standoff": 6, "font": {"size": 13}}
    figure.update_xaxes(title=title | {"text": f"tokens at which it is above {found.above:.2f}"}, row=rows)
    figure.update_yaxes(title=title | {"text": f"below {found.below:.2f}"}, col=1)
    figure.update_traces(selected={"marker": {"opacity": 0.6}}, unselected={"marker": {"opacity": 0.6}})
    return figure


def title_of(gate: str) -> str:
    """A gate, or what stands for one, in words."""
    return TITLES.get(gate, gate.replace("_", " "))


def _diameters(sizes: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    """(L, H) pixels: areas grow with the sizes, from nothing on."""
    if sizes is None or not np.nanmax(sizes) > 0:
        return np.full(shape, 8.0)
    return SMALLEST + (LARGEST - SMALLEST) * np.sqrt(np.nan_to_num(sizes) / np.nanmax(sizes))
