"""How a training went."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from app.figures.style import SERIES, styled


def plot_training_history(history: list[dict[str, Any]], *, per: str, dark: bool) -> go.Figure:
    """Training and validation cross-entropy after each epoch, in nats `per` token, word or text."""
    figure = go.Figure()
    for key, name, (colour, dash) in zip(
        ("train_nats", "valid_nats"), ("training", "validation"), SERIES, strict=False
    ):
        figure.add_scatter(
            x=[entry["epoch"] for entry in history],
            y=[entry[key] for entry in history],
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.2},
            name=name,
            hovertemplate=f"epoch %{{x}}: %{{y:.3f}} nats per {per}",
        )
    figure = styled(figure, dark=dark, height=280, x="epoch", y=f"nats per {per}")
    figure.update_xaxes(dtick=max(1, len(history) // 10))
    return figure


def plot_training_progress(
    curve: Sequence[tuple[float, float]],
    validation: Sequence[tuple[float, float]],
    *,
    uniform_nats: float | None,
    per: str,
    dark: bool,
) -> go.Figure:
    """Training loss by update as a line, validation loss after each epoch as diamonds, a uniform guess dotted.

    curve, validation: (update, nats per `per`).
    """
    (train_colour, train_dash), (valid_colour, valid_dash) = SERIES[:2]
    figure = go.Figure()
    figure.add_scatter(
        x=[update for update, _ in curve],
        y=[nats for _, nats in curve],
        mode="lines",
        line={"color": train_colour, "dash": train_dash, "width": 2},
        name="training",
        hovertemplate=f"update %{{x:,}}: %{{y:.3f}} nats per {per}",
    )
    figure.add_scatter(
        x=[update for update, _ in validation],
        y=[nats for _, nats in validation],
        mode="lines+markers",
        marker={"symbol": "diamond", "size": 9},
        line={"color": valid_colour, "dash": valid_dash, "width": 2},
        name="validation",
        text=[f"after epoch {place}" for place in range(1, len(validation) + 1)],
        hovertemplate=f"%{{text}}: %{{y:.3f}} nats per {per}",
    )
    if uniform_nats is not None:
        figure.add_hline(y=uniform_nats, line={"color": "#888", "dash": "dot", "width": 1.5})
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="right",
            y=uniform_nats,
            yanchor="bottom",
            showarrow=False,
            font={"size": 12},
            text=f"a uniform guess: {uniform_nats:.2f}",
        )
    figure = styled(figure, dark=dark, height=300, x="update", y=f"nats per {per}")
    # What was zoomed into stays in sight when points are added; the first epoch has no validation loss to name yet.
    figure.update_layout(uirevision="kept", showlegend=True)
    return figure
