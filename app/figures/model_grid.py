"""What models of one corpus cost: by how far they look back, and as a grid of cells, layers and sizes."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.model_similarity import ModelMap
from analysis.model_table import ModelEntry
from analysis.recalled_figures import recalled_nats
from app.figures.style import escaped, series, shortened, styled

CELLS = ("rnn", "gru", "lstm")
SYMBOLS = {"recurrent": "circle", "n-gram": "square-open", "n-NN": "diamond-open"}
RECALLED = "#8a8f98"
NARROW = 0.2  # powers of ten


def plot_contexts(entries: Sequence[ModelEntry], noun: str, *, dark: bool) -> go.Figure:
    """Cross-entropy by tokens of context: a line of n-gram models, one of n-NN, a level for each network."""
    colours = series(dark=dark)
    figure = go.Figure()
    longest = max((entry.context or 0 for entry in entries), default=0)
    lines = (("n-gram, Kneser–Ney", "n-gram", 3), ("n-NN, one hidden layer", "n-NN", 1))
    for name, kind, place in lines:
        found = sorted((entry for entry in entries if entry.kind == kind), key=lambda entry: entry.context or 0)
        if found:
            colour, dash = colours[place]
            figure.add_scatter(
                x=[entry.context for entry in found],
                y=[entry.nats for entry in found],
                error_y={"array": [1.96 * entry.error for entry in found], "thickness": 1.2, "width": 3},
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2.2},
                marker={"symbol": SYMBOLS[kind], "size": 9},
                name=name,
                hovertemplate=f"%{{y:.3f}} nats with %{{x}} {noun}s of context<extra>{name}</extra>",
            )
    recurrent = sorted((entry for entry in entries if entry.kind == "recurrent"), key=lambda entry: entry.nats)
    ink = colours[0][0]
    for place, entry in enumerate(recurrent):
        name = escaped(shortened(entry.name, 34))
        figure.add_scatter(
            x=[0, longest + 1],
            y=[entry.nats] * 2,
            mode="lines",
            line={"color": ink, "width": 1.6, "dash": colours[place % len(colours)][1]},
            name="a network, whatever it remembers",
            legendgroup="recurrent",
            showlegend=place == 0,
            hovertemplate=f"{name}: {entry.nats:.3f} nats<extra></extra>",
        )
    figure = styled(figure, dark=dark, height=440, x=f"{noun}s of context", y=f"nats per {noun} (log scale)")
    _label_levels(figure, recurrent, longest + 1, ink)
    figure.update_xaxes(tickvals=list(range(0, longest + 1, 1 if longest <= 24 else 5)), range=[-0.4, longest + 7])
    figure.update_yaxes(type="log", tickvals=[0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 10])
    nats = np.log10([entry.nats for entry in entries])
    if len(nats) and np.ptp(nats) < NARROW:  # few models, and alike: Plotly would show all ticks over each other
        middle = float(nats.min() + nats.max()) / 2
        figure.update_yaxes(range=[middle - NARROW / 2, middle + NARROW / 2])
    return figure


def has_recalled(corpus: str) -> bool:
    """Whether figures of this corpus are remembered from elsewhere."""
    return bool(_recalled_layers(corpus))


def _label_levels(figure: go.Figure, recurrent: Sequence[ModelEntry], end: float, ink: str) -> None:
    """Names behind the levels, moved apart so far that they can be read; the axis is one of logarithms."""
    values = np.log10([value for trace in figure.data for value in trace.y])
    least = max(NARROW, np.ptp(values)) / 17 if len(values) else 0  # of the axis
    place = -np.inf
    for entry in recurrent:  # from the best, which is the lowest
        place = max(math.log10(entry.nats), place + least)
        figure.add_annotation(
            x=end, y=math.log10(entry.nats), ax=end + 0.8, ay=place, axref="x", ayref="y", xref="x", yref="y",
            text=escaped(shortened(entry.name, 30)), showarrow=True, arrowwidth=1, arrowcolor=ink, arrowhead=0,
            xanchor="left", font={"size": 12},
        )  # fmt: skip


def plot_grid(entries: Sequence[ModelEntry], corpus: str, *, dark: bool) -> go.Figure:
    """A panel per cell, a row per size, a column per number of layers; grey where only a recalled figure is known."""
    own: dict[tuple[str, int, int], ModelEntry] = {}
    for entry in entries:
        if entry.kind == "recurrent" and entry.layers and entry.units:
            key = entry.cell, entry.layers, entry.units
            own[key] = min(own.get(key, entry), entry, key=lambda one: one.nats)
    layers = sorted({key[1] for key in own} | _recalled_layers(corpus))
    sizes = sorted({key[2] for key in own} | _recalled_sizes(corpus))
    figure = make_subplots(1, len(CELLS), subplot_titles=[cell.upper() for cell in CELLS], shared_yaxes=True)
    measured = [entry.nats for entry in own.values()]
    low, high = (min(measured), max(measured)) if measured else (0.0, 1.0)
    for column, cell in enumerate(CELLS, start=1):
        values = np.full((len(sizes), len(layers)), np.nan)
        texts = np.full(values.shape, "", dtype=object)
        for row, units in enumerate(sizes):
            for place, depth in enumerate(layers):
                entry, recalled = own.get((cell, depth, units)), recalled_nats(corpus, cell, layers=depth, units=units)
                if entry:
                    values[row, place] = entry.nats
                    spread = f" ±{entry.error:.3f}" if np.isfinite(entry.error) else ""
                    texts[row, place] = f"<b>{entry.nats:.3f}</b>{spread}"
                if recalled:
                    texts[row, place] += f"{'<br>' if entry else ''}<i>≈ {recalled:.3f}</i>"
        figure.add_heatmap(
            z=values,
            x=[str(depth) for depth in layers],
            y=[str(units) for units in sizes],
            zmin=low - 0.02,
            zmax=high + 0.02,
            colorscale=[[0, "#0072b2"], [1, "#cfe4f2"]] if not dark else [[0, "#3d9be9"], [1, "#17405f"]],
            showscale=False,
            xgap=3,
            ygap=3,
            hoverongaps=False,
            hovertemplate=f"{cell.upper()} %{{x}}×%{{y}}: %{{z:.3f}} nats<extra></extra>",
            row=1,
            col=column,
        )
        for row in range(len(sizes)):
            for place in range(len(layers)):
                if texts[row, place]:
                    filled = np.isfinite(values[row, place])
                    dark_fill = filled and (values[row, place] - low < 0.5 * (high - low + 1e-9)) != dark
                    colour = ("#ffffff" if dark_fill or (filled and dark) else "#101418") if filled else RECALLED
                    figure.add_annotation(
                        x=place, y=row, text=texts[row, place], showarrow=False,
                        font={"size": 12, "color": colour}, row=1, col=column,
                    )  # fmt: skip
    figure = styled(figure, dark=dark, height=110 + 52 * max(2, len(sizes)), x="layers", y="")
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(type="category", showgrid=False)
    figure.update_yaxes(title="units of a layer", col=1)
    return figure


def plot_model_map(found: ModelMap, kinds: dict[str, str], corpus: str, *, dark: bool) -> go.Figure:
    """Every model as a mark with its name, less that of the corpus; those that predict alike lie together."""
    colours = series(dark=dark)
    figure = go.Figure()
    for place, (kind, symbol) in enumerate(SYMBOLS.items()):
        rows = [row for row, name in enumerate(found.names) if kinds.get(name, "recurrent") == kind]
        if rows:
            figure.add_scatter(
                x=found.points[rows, 0],
                y=found.points[rows, 1],
                mode="markers+text",
                marker={"symbol": symbol, "size": 12, "color": colours[(0, 3, 1)[place]][0], "line": {"width": 2}},
                text=[escaped(shortened(found.names[row].removeprefix(f"{corpus}-"), 26)) for row in rows],
                textposition="top center",
                name={"recurrent": "recurrent networks"}.get(kind, kind),
                hovertemplate="%{text}<extra></extra>",
            )
    figure = styled(figure, dark=dark, height=460, x="", y="")
    figure.update_xaxes(showticklabels=False, showgrid=False)
    figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False)
    low, high = found.points.min(0), found.points.max(0)
    pad = 0.12 * np.where(high > low, high - low, 1.0)  # for the names
    figure.update_xaxes(range=[low[0] - pad[0], high[0] + pad[0]])
    figure.update_yaxes(range=[low[1] - pad[1], high[1] + pad[1]])
    return figure


def _recalled_layers(corpus: str) -> set[int]:
    return {1, 2, 3} if recalled_nats(corpus, "lstm", layers=1, units=64) else set()


def _recalled_sizes(corpus: str) -> set[int]:
    return {64, 128, 256, 512} if recalled_nats(corpus, "lstm", layers=1, units=64) else set()
