"""What a model resembled at each moment of its training."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from analysis.dynamics.dynamics import BOOTSTRAPS, Dynamics
from app.figures.style import NEGATIVE, POSITIVE, escaped, series, shortened, styled

DASHES = ("dot", "dashdot", "dash", "longdash", "longdashdot", "solid")
MARKS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
HEIGHT = 380
TICKS = [digit * 10.0**power for power in range(-4, 2) for digit in (1, 2, 3, 5)]


def plot_divergence(
    found: Dynamics, moments: Sequence[str], names: Sequence[str], *, family: str, dark: bool
) -> go.Figure:
    """Symmetric KL to every simpler model, a line per moment, the later the darker; its lowest point is a star.

    moments: what the C moments are called, at the end of their lines; names: of the M models, on the axis.
    """
    figure = go.Figure()
    places = np.arange(len(names))
    lines = []
    for row, (name, values) in enumerate(zip(moments, found.divergence, strict=True)):
        late = (row + 1) / len(moments)
        colour = _shade(late, dark=dark)
        lines.append(
            go.Scatter(
                x=places,
                y=values,
                mode="lines+markers",
                line={"color": colour, "dash": _dash(row, len(moments)), "width": 1.6 + late},
                marker={"size": 5, "symbol": MARKS[row % len(MARKS)]},
                error_y={"type": "data", "array": 2 * found.divergence_deviation[row], "thickness": 1, "width": 2},
                name=name,
                customdata=np.column_stack((found.nearest_share[row], found.loss_difference[row])),
                hovertemplate=(
                    f"{name}, %{{x}} of context: %{{y:.3f}} nats<br>nearest in %{{customdata[0]:.0%}} of {BOOTSTRAPS} "
                    "samples<br>loss %{customdata[1]:+.3f} nats against it<extra></extra>"
                ),
            )
        )
        best = int(found.nearest[row])
        lines.append(
            go.Scatter(
                x=[best], y=[values[best]], mode="markers", hoverinfo="skip", showlegend=False,
                marker={"symbol": "star", "size": 15, "color": POSITIVE, "line": {"width": 1, "color": colour}},
            )
        )  # fmt: skip
    figure.add_traces(lines)
    ends = zip(moments, found.divergence[:, -1], strict=True)
    texts = [_end(places[-1], value, name) for name, value in ends]
    styled(figure, dark=dark, height=HEIGHT, x=f"tokens of context of the {family} model", y="symmetric KL, nats, log")
    figure.update_layout(annotations=_apart(texts, found.divergence, HEIGHT - 100), showlegend=False)
    figure.update_layout(margin={"r": 96, "t": 12})
    figure.update_xaxes(tickvals=places, ticktext=list(names))
    figure.update_yaxes(type="log", tickvals=TICKS, range=_log_range(found.divergence))
    return figure


def plot_resemblance(
    found: Dynamics, epochs: Sequence[float], names: Sequence[str], *, family: str, dark: bool
) -> go.Figure:
    """Which model is the nearest at each moment: circles as large as the share of samples in which it is."""
    figure = go.Figure()
    rows, columns = np.nonzero(found.nearest_share)
    shares = found.nearest_share[rows, columns]
    x = np.asarray(epochs)
    figure.add_scatter(
        x=x, y=found.nearest, mode="lines", hoverinfo="skip", line={"color": "rgba(128,128,128,.7)", "width": 1.5}
    )
    figure.add_scatter(
        x=x[rows],
        y=columns,
        mode="markers+text",
        text=[f"{share:.0%}" if share >= 0.5 else "" for share in shares],  # the others have no room for it
        textposition="middle center",
        textfont={"size": 10, "color": "#111" if dark else "#fff"},
        cliponaxis=False,
        marker={"size": 6 + 24 * np.sqrt(shares), "color": series(dark=dark)[0][0], "opacity": 1},
        hovertemplate=f"epoch %{{x:.3g}}: nearest is a context of %{{y}}<br>in %{{customdata:.0%}} of {BOOTSTRAPS} "
        "samples<extra></extra>",
        customdata=shares,
    )  # fmt: skip
    styled(figure, dark=dark, height=HEIGHT, x="epochs, log", y=f"nearest {family}, tokens of context")
    figure.update_layout(showlegend=False, margin={"t": 12, "r": 24})
    figure.update_yaxes(range=[-0.5, len(names) - 0.5], tickvals=list(range(len(names))), ticktext=list(names))
    _log_epochs(figure, epochs)
    return figure


def plot_losses(found: Dynamics, epochs: Sequence[float], names: Sequence[str], *, per: str, dark: bool) -> go.Figure:
    """The loss at each moment between those of the simpler models, which are level lines."""
    figure = go.Figure()
    edges = min(epochs) * 0.8, max(epochs) * 1.25
    levels = []
    for loss in found.model_loss:
        levels.append(
            go.Scatter(
                x=edges, y=(loss, loss), mode="lines", hoverinfo="skip",
                line={"color": "rgba(128,128,128,.7)", "width": 1, "dash": "dot"},
            )
        )  # fmt: skip
    figure.add_traces(levels)
    figure.add_scatter(
        x=list(epochs),
        y=found.loss,
        mode="lines+markers",
        line={"color": series(dark=dark)[0][0], "width": 2.4},
        marker={"size": 9},
        error_y={"type": "data", "array": 2 * found.loss_deviation, "thickness": 1.4},
        hovertemplate=f"epoch %{{x:.3g}}: %{{y:.3f}} nats per {per}<extra></extra>",
    )
    low, high = min(found.loss.min(), found.model_loss.min()), found.loss.max()
    seen = [place for place, loss in enumerate(found.model_loss) if loss <= high + 0.3 * (high - low) + 0.1]
    top = max([high, *found.model_loss[seen]])
    texts = _levels(found.model_loss[seen], [names[place] for place in seen], (top - low) / 22, np.log10(edges[1]))
    styled(figure, dark=dark, height=HEIGHT, x="epochs, log", y=f"nats per {per}")
    spread = np.array([low, top])
    figure.update_layout(annotations=_apart(texts, spread, HEIGHT - 100, log=False), showlegend=False)
    figure.update_layout(margin={"r": 130, "t": 12})
    figure.update_yaxes(range=[low - 0.06 * (top - low), top + 0.06 * (top - low)])
    _log_epochs(figure, epochs)
    return figure


def plot_unit_tracks(
    tracks: np.ndarray, mean: np.ndarray, units: Sequence[str], epochs: Sequence[float], *, what: str, dark: bool
) -> go.Figure:
    """How a gate of a few units changed along the training: tracks (C, U), and the mean over its layer (C,), dotted."""
    figure = go.Figure()
    lines = [
        go.Scatter(
            x=list(epochs),
            y=mean,
            mode="lines",
            name="mean over the layer",
            line={"color": "rgba(128,128,128,.9)", "dash": "dot", "width": 2},
            hovertemplate="epoch %{x:.3g}: %{y:.1%}",
        )
    ]
    for place, (values, name, (colour, dash)) in enumerate(zip(tracks.T, units, series(dark=dark), strict=False)):
        lines.append(
            go.Scatter(
                x=list(epochs),
                y=values,
                mode="lines+markers",
                name=escaped(shortened(name, 40)),
                line={"color": colour, "dash": dash, "width": 2.2},
                marker={"size": 8, "symbol": MARKS[place]},
                hovertemplate="epoch %{x:.3g}: %{y:.1%}",
            )
        )
    figure.add_traces(lines)
    styled(figure, dark=dark, height=320, x="epochs, log", y=what)
    figure.update_yaxes(tickformat=".0%", range=[-0.03, 1.03])
    _log_epochs(figure, epochs)
    return figure


def _dash(row: int, rows: int) -> str:
    """The last line is solid, those before it are the more broken the earlier they are."""
    return DASHES[max(0, len(DASHES) - rows + row) % len(DASHES)]


def _shade(late: float, *, dark: bool) -> str:
    """From grey to blue."""
    ends = ((150, 150, 150), tuple(int(NEGATIVE[at : at + 2], 16) for at in (1, 3, 5)))
    if not dark:
        ends = ends[0], (0, 82, 148)
    return "rgb({},{},{})".format(*(round(a + (b - a) * late) for a, b in zip(*ends, strict=True)))


def _levels(losses: np.ndarray, names: Sequence[str], close: float, x: float) -> list[dict]:
    """One label for each level, and for all that lie close together."""
    groups: list[list[int]] = []
    for place in np.argsort(losses):
        if groups and losses[place] - losses[groups[-1][0]] < close:
            groups[-1].append(int(place))
        else:
            groups.append([int(place)])
    labels = [
        f"context{'s' * (len(group) > 1)} {', '.join(names[place] for place in sorted(group))}" for group in groups
    ]
    return [_end(x, float(losses[group].mean()), label) for group, label in zip(groups, labels, strict=True)]


def _end(x: float, value: float, name: str) -> dict:
    return {"x": x, "y": value, "text": escaped(name), "xanchor": "left", "xshift": 8, "showarrow": False}


def _apart(texts: list[dict], values: np.ndarray, pixels: int, *, log: bool = True) -> list[dict]:
    """Labels at the right end, moved so far that none lies on another; values: that the axis shows."""
    scale = np.log10 if log else np.asarray
    low, high = scale(values).min(), scale(values).max()
    heights = [(scale(text["y"]) - low) / max(high - low, 1e-9) * pixels for text in texts]
    placed, last = [], -np.inf
    for place in np.argsort(heights):
        at = max(heights[place], last + 15)
        placed.append(texts[place] | {"y": float(scale(texts[place]["y"])), "yshift": at - heights[place]})
        last = at
    return placed


def _log_range(values: np.ndarray) -> list[float]:
    return [float(np.log10(max(values.min(), 1e-4))) - 0.06, float(np.log10(values.max())) + 0.06]


def _log_epochs(figure: go.Figure, epochs: Sequence[float]) -> None:
    ticks = [epoch for place, epoch in enumerate(epochs) if place == 0 or epoch > 1.3 * epochs[place - 1]]
    figure.update_xaxes(
        type="log",
        tickvals=ticks,
        ticktext=[f"{epoch:.3g}" for epoch in ticks],
        range=[float(np.log10(min(epochs) * 0.8)), float(np.log10(max(epochs) * 1.25))],
    )
