"""Word clouds of the strongest words of every cluster alone, where there is little room."""

from dataclasses import replace

import numpy as np

from analysis.clusters.coclustering import DROPPED, Coclusters, telling_words
from app.figures.word_cloud import Cloud, lay_out_clouds


def lay_out_strongest(
    names: list[str], mean: np.ndarray, clusters: Coclusters, most: int, *, width: int
) -> tuple[Cloud, ...]:
    """As `lay_out_clouds`, with at most `most` words in a cloud; the others are among those that are not placed."""
    drawn = telling_words(clusters, mean, most)
    labels = np.full_like(clusters.word_labels, DROPPED)
    for cluster, words in enumerate(drawn):
        labels[words] = cluster
    clouds = lay_out_clouds(names, mean, replace(clusters, word_labels=labels), width=width)
    left_out = [
        tuple(np.flatnonzero((clusters.word_labels == cluster) & (labels == DROPPED)).tolist())
        for cluster in range(clusters.k)
    ]
    return tuple(
        replace(cloud, not_placed=cloud.not_placed + others) for cloud, others in zip(clouds, left_out, strict=True)
    )
