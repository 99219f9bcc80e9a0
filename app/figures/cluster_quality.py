"""How far co-clusters are to be trusted, for every number of clusters."""

import numpy as np
import plotly.graph_objects as go

from analysis.clusters.quality import QualityProfile
from app.figures.style import SERIES, styled


def plot_cluster_quality(profile: QualityProfile, k: int, *, dark: bool) -> go.Figure:
    """Agreement of the word clusters with themselves and with parts of speech, for each number of clusters."""
    lines = [
        ("with other seeds", profile.seed_agreement),
        ("in two halves of the text", profile.text_half_agreement),
        ("by two halves of the units", profile.unit_half_agreement),
        ("with parts of speech (NMI)", profile.tag_agreement),
    ]
    figure = go.Figure()
    for (name, values), (colour, dash) in zip(lines, SERIES, strict=False):
        if not np.isnan(values).all():
            figure.add_scatter(
                x=profile.ks,
                y=values,
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 2.2},
                name=name,
                hovertemplate=f"%{{y:.2f}} {name}",
            )
    if not np.isnan(profile.shuffled_agreement).all():
        figure.add_scatter(
            x=profile.ks,
            y=profile.shuffled_agreement,
            mode="lines",
            line={"color": "#888", "dash": "dot", "width": 1.5},
            name="with shuffled parts of speech",
            hovertemplate="%{y:.2f} with shuffled parts of speech",
        )
    marks = {k: ("chosen", "solid")}
    if profile.suggested_k is not None:
        marks[profile.suggested_k] = ("suggested" if profile.suggested_k != k else "chosen, suggested", "dash")
    for place, (text, dash) in marks.items():
        figure.add_vline(x=place, line={"color": "#888", "width": 1.5, "dash": dash})
        figure.add_annotation(x=place, y=1.12, text=text, showarrow=False, yanchor="top", xanchor="left", xshift=3)
    figure.update_layout(hovermode="x unified", showlegend=True)
    figure = styled(figure, dark=dark, height=340, x="number of clusters", y="agreement (0 chance, 1 same)")
    figure.update_yaxes(range=[min(0, float(np.nanmin(profile.unit_half_agreement))) - 0.02, 1.12])
    figure.update_xaxes(dtick=1, range=[float(profile.ks[0]) - 0.4, float(profile.ks[-1]) + 0.4])
    return figure
