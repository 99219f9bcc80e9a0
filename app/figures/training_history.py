"""How a training went."""

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
