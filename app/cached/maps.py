"""What the browser draws a memory map from."""

from typing import Any

import streamlit as st

from app.cached.clusters import Clustering, find_clusters
from app.components.memory_map import MapDisplay, memory_map_data
from app.figures.strongest_words import lay_out_strongest
from app.figures.word_cloud import Cloud, lay_out_clouds
from data_prep.parts_of_speech import tag_types


@st.cache_resource(max_entries=64, show_spinner=False)
def find_map(
    clustering: Clustering, k: int, display: MapDisplay, *, tagged: bool, most: int | None = None
) -> dict[str, Any]:
    """What the browser draws the memory map from; tagged: with the parts of speech of the words.

    most: words that are drawn of each cloud, the strongest; None for all that fit.
    """
    vocabulary, response, clusters = clustering.run.vocabulary, clustering.response(), find_clusters(clustering, k)
    clouds = _clouds(clustering, k, display.cloud_width, most)
    names = [vocabulary.display(token_id) for token_id in response.token_ids]
    tags = tag_types([vocabulary.tokens[token_id] for token_id in response.token_ids]).tags if tagged else ()
    return memory_map_data(vocabulary.tokenisation.noun, names, response, clusters, clouds, display, tags)


@st.cache_resource(max_entries=128, show_spinner=False)
def _clouds(clustering: Clustering, k: int, width: int, most: int | None) -> tuple[Cloud, ...]:
    vocabulary, response, clusters = clustering.run.vocabulary, clustering.response(), find_clusters(clustering, k)
    names = [vocabulary.display(token_id) for token_id in response.token_ids]
    if most is not None:
        return lay_out_strongest(names, response.mean, clusters, most, width=width)
    return lay_out_clouds(names, response.mean, clusters, width=width)
