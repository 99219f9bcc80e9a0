"""How do you know? A unit's states by a property, and its score beside what chance reaches."""

import numpy as np
import plotly.graph_objects as go

from analysis.interpretation.evidence import Response
from app.figures.style import POSITIVE, escaped, series, shortened, styled

HEIGHT = 270


def plot_response(response: Response, name: str, quantity: str, *, dark: bool) -> go.Figure:
    """yes/no: the distribution of the states where the property holds and where it does not; number: the median state
    with its quartiles at each level of the number."""
    (colour, _), (other, _) = series(dark=dark)[:2]
    figure = go.Figure()
    short = escaped(shortened(name, 30))
    if len(response.levels):
        around = {"x": response.levels, "mode": "lines", "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(y=response.low, line={"width": 0}, **around)
        shade = {"fill": "tonexty", "fillcolor": "rgba(128,128,128,.3)", "line": {"width": 0}}
        figure.add_scatter(y=response.high, **shade, **around)
        figure.add_scatter(
            x=response.levels, y=response.middle, mode="lines+markers", line={"color": colour, "width": 2.2},
            showlegend=False, hovertemplate="%{x:.1f}: median %{y:.2f}",
        )  # fmt: skip
        return styled(figure, dark=dark, height=HEIGHT, x=short, y=quantity)
    middle = (response.edges[1:] + response.edges[:-1]) / 2
    for counts, says, line, dash in (
        (response.counts[0], "does not hold", other, "dash"),
        (response.counts[1], "holds", colour, "solid"),
    ):
        figure.add_scatter(
            x=middle, y=counts / max(1, counts.sum()), mode="lines", fill="tozeroy", name=says,
            line={"color": line, "dash": dash, "width": 2.2, "shape": "hvh"}, hovertemplate="%{x:.2f}: %{y:.1%}",
        )  # fmt: skip
    figure = styled(figure, dark=dark, height=HEIGHT, x=quantity, y="share of the symbols")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def plot_control(score: float, control: np.ndarray, *, dark: bool) -> go.Figure:
    """A unit's |score|, a line, beside the best |score| of any unit at each shift of the text, (B,)."""
    score, chance = abs(score), float(np.median(control))
    edges = np.linspace(0, 1, 51)
    counts = np.histogram(np.clip(control, 0, 1), edges)[0]
    figure = go.Figure(
        go.Bar(
            x=(edges[1:] + edges[:-1]) / 2, y=counts, width=0.018, marker={"color": "#888"},
            hovertemplate="best of all units %{x:.2f}: %{y} shifts", showlegend=False,
        )
    )  # fmt: skip
    tallest = float(counts.max(initial=1))
    figure.add_scatter(
        x=[score, score], y=[0, tallest], mode="lines", line={"color": POSITIVE, "width": 3}, showlegend=False,
        hovertemplate=f"this unit {score:.3f}",
    )  # fmt: skip
    figure.add_annotation(
        x=score, y=tallest, text=f"<b>this unit {score:.2f}</b>", showarrow=False, yanchor="bottom",
        xanchor="right" if score > 0.8 else "left" if score < 0.2 else "center",
    )  # fmt: skip
    figure.add_annotation(
        x=chance, y=tallest * (1 if abs(score - chance) > 0.2 else 0.9), text="chance", showarrow=False,
        yanchor="bottom", xanchor="right" if chance > score - 0.2 else "left",
    )  # fmt: skip
    figure = styled(figure, dark=dark, height=HEIGHT, x="strength (0 none, 1 perfect)", y="shifts")
    figure.update_xaxes(range=[-0.01, 1.02])
    figure.update_yaxes(range=[0, tallest * 1.18])
    return figure
