"""Responses of two sides on the same axes."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.layer_measures import carriers
from analysis.recording.result import ExpectedResponse
from app.figures.style import SIDES, escaped, styled

PER_ROW = 3


def plot_compared_responses(
    sides: Sequence[tuple[ExpectedResponse, Sequence[int]]], names: Sequence[str], *, dark: bool
) -> go.Figure:
    """A panel per word: the expected responses of A and of B over the units, each sorted by itself, on the same scale.

    sides: of A and of B the responses and, of each word, the row among them. x is the unit's rank over their number,
    so that layers of different sizes fill the same width.
    """
    columns = min(PER_ROW, len(names))
    rows = -(-len(names) // columns)
    figure = make_subplots(
        rows,
        columns,
        shared_yaxes="all",
        shared_xaxes="all",
        subplot_titles=[_title(sides, place, name) for place, name in enumerate(names)],
        horizontal_spacing=0.03,
        vertical_spacing=0.3 / rows,
    )
    for place in range(len(names)):
        for (side, (colour, dash)), (response, own) in zip(SIDES.items(), sides, strict=True):
            mean = response.mean[own[place]]
            order = np.argsort(mean)
            figure.add_scatter(
                x=(np.arange(len(mean)) + 0.5) / len(mean),
                y=mean[order],
                row=place // columns + 1,
                col=place % columns + 1,
                mode="lines",
                line={"color": colour, "dash": dash, "width": 2.4},
                name=side,
                legendgroup=side,
                showlegend=place == 0,
                customdata=order,
                hovertemplate=f"{side}, unit %{{customdata}}: %{{y:+.3f}}<extra></extra>",
            )
    figure = styled(figure, dark=dark, height=60 + 250 * rows, x="", y="")
    figure.update_layout(margin={"t": 74})
    figure.update_layout(legend={"y": 1 + 42 / (60 + 250 * rows - 122)})
    figure.update_xaxes(tickformat=".0%", dtick=0.25)
    figure.update_xaxes(title="units, by their own rank", row=rows)
    figure.update_yaxes(title="expected response", col=1)
    return figure


def plot_concentration(curves: Sequence[np.ndarray], *, dark: bool) -> go.Figure:
    """What share of a word's |response| the most responsive units carry; curves: of A and of B, (H + 1,) each."""
    figure = go.Figure()
    halves = [float(np.interp(0.5, curve, np.linspace(0, 1, len(curve)))) for curve in curves]
    for (side, (colour, dash)), curve, half in zip(SIDES.items(), curves, halves, strict=True):
        share = np.linspace(0, 1, len(curve))
        figure.add_scatter(
            x=share,
            y=curve,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.4},
            name=side,
            hovertemplate=f"{side}: %{{x:.0%}} of the units carry %{{y:.0%}}<extra></extra>",
        )
        figure.add_scatter(
            x=[half],
            y=[0.5],
            mode="markers+text",
            marker={"color": colour, "size": 10, "symbol": "circle" if side == "A" else "diamond"},
            text=[f"half, {side}"],
            textfont={"color": colour},
            # Away from the other curve, which is on the other side.
            textposition="top left" if (half, side) == min(zip(halves, SIDES, strict=True)) else "bottom right",
            showlegend=False,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": "#888", "dash": "dot", "width": 1.5},
        name="all units alike",
        hoverinfo="skip",
    )
    figure = styled(figure, dark=dark, height=340, x="units, the most responsive first", y="share of |response|")
    figure.update_xaxes(tickformat=".0%", range=[0, 1.01])
    figure.update_yaxes(tickformat=".0%", range=[0, 1.03])
    return figure


def _title(sides: Sequence[tuple[ExpectedResponse, Sequence[int]]], place: int, name: str) -> str:
    shares = []
    for side, (response, own) in zip(SIDES, sides, strict=True):
        strength = np.abs(response.mean[own[place]])[None]
        shares.append(f"{side} {carriers(strength)[0] / strength.shape[1]:.0%}")
    short = name if len(name) <= 24 else name[:23] + "…"
    return f"<b>{escaped(short)}</b>  half in {', '.join(shares)} of units"
