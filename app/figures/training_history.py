"""How a training went."""

from typing import Any

import plotly.graph_objects as go

from app.figures.style import SERIES, styled


def plot_training_history(history: list[dict[str, Any]], *, dark: bool) -> go.Figure:
    """Training and validation cross-entropy after each epoch."""
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
            hovertemplate="epoch %{x}: %{y:.3f} nats per token",
        )
    figure = styled(figure, dark=dark, height=280, x="epoch", y="nats per token")
    figure.update_xaxes(dtick=max(1, len(history) // 10))
    return figure
