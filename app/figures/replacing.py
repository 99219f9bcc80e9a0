"""How far the replacement of one token reaches along a text."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.texts.replacing import Downstream
from app.figures.style import NEGATIVE, POSITIVE, escaped, styled

BEFORE, AFTER = 4, 40  # tokens around the replaced one that are in sight at first
DRAWN = 400  # tokens, from shortly before the replaced one on
LINES = {True: "#56b4e9", False: "#0072b2"}  # by dark
SCALES = {True: [[0, "rgba(255,217,160,0)"], [1, "#ffd9a0"]], False: [[0, "rgba(122,44,0,0)"], [1, "#7a2c00"]]}


def plot_downstream(
    found: Downstream, position: int, tokens: list[str], labels: list[str], classes: tuple[str, ...], *, dark: bool
) -> go.Figure:
    """Three panels over the tokens of the original: the state's difference, what is said, and the clusters.

    Of a long text the `DRAWN` tokens from the replaced one on. tokens: the original's, as they are shown; labels: of
    the K clusters.
    """
    figure = make_subplots(3, 1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.34, 0.26, 0.40])
    drawn = slice(max(0, position - BEFORE), position + DRAWN)
    places = np.arange(len(tokens))[drawn]
    told = np.array([f"{place + 1} · {escaped(token)}" for place, token in enumerate(tokens)])[drawn]
    figure.add_scatter(
        x=places,
        y=found.relative[drawn],
        mode="lines+markers",
        line={"color": LINES[dark], "width": 2},
        marker={"size": 5},
        customdata=told,
        hovertemplate="%{customdata}<br>differs by %{y:.3f} of its size<extra></extra>",
        row=1,
        col=1,
    )
    half = found.relative[found.largest] / 2
    if half:
        figure.add_hline(y=half, line={"dash": "dot", "width": 1.2, "color": "gray"}, row=1, col=1)
    if classes:
        place = 1 if len(classes) == 2 else int(np.abs(found.classes[position:]).sum(0).argmax())
        said, title = found.classes[drawn, place], f"P({escaped(classes[place])}), more"
    else:
        said, title = found.surprise[drawn], "surprise,<br>nats more"
    figure.add_bar(
        x=places,
        y=said,
        customdata=told,
        hovertemplate="%{customdata}<br>%{y:+.3f}<extra></extra>",
        marker={
            "color": np.where(np.nan_to_num(said) < 0, NEGATIVE, POSITIVE).tolist(),
            "pattern": {"shape": np.where(np.nan_to_num(said) < 0, "/", "").tolist(), "fgcolor": "white"},
        },
        row=2,
        col=1,
    )
    names = [escaped(f"{number} {label}"[:22]) for number, label in enumerate(labels, 1)]
    figure.add_heatmap(
        x=places,
        y=names,
        z=found.clusters[drawn].T,
        colorscale=SCALES[dark],
        zmin=0,
        showscale=True,
        colorbar={"len": 0.38, "y": 0.19, "thickness": 10, "title": {"text": "mean |Δ|", "font": {"size": 11}}},
        customdata=np.broadcast_to(told, found.clusters[drawn].T.shape),
        hovertemplate="%{customdata}<br>cluster %{y}: %{z:.3f} per unit<extra></extra>",
        row=3,
        col=1,
    )
    styled(figure, dark=dark, height=560, x="", y="")
    figure.update_layout(showlegend=False, bargap=0.35, margin={"l": 140, "r": 10, "t": 14, "b": 70})
    figure.update_yaxes(title="state differs,<br>share of its size", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title=title, row=2, col=1)
    figure.update_yaxes(autorange="reversed", tickfont={"size": 11}, row=3, col=1)
    first, last = max(0, position - BEFORE), min(len(tokens), position + AFTER)
    figure.update_xaxes(range=[first - 0.5, last - 0.5], showgrid=False)
    figure.update_xaxes(
        tickvals=places,
        ticktext=[escaped(token[:14]) for token in tokens[drawn]],
        tickangle=-50,
        tickfont={"size": 11},
        row=3,
        col=1,
    )
    figure.add_vline(x=position, line={"dash": "dash", "width": 1.2, "color": "gray"})
    return figure
