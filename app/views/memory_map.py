"""Which words move which units: co-clusters as chips, word clouds, and links."""

import streamlit as st

from app import selection
from app.components.memory_map import default_clip
from app.panels.cluster_quality import checked_so_far
from app.panels.memory_map.display import choose_display
from app.panels.memory_map.in_use import use_map
from app.panels.memory_map.quality import quality_badge, quality_panel, quality_strip
from app.panels.recording import ensure_recorded

chosen = selection.current()
title, strip, right = st.columns([3, 5, 2], vertical_alignment="bottom")
title.title("Memory map", anchor=False)
ensure_recorded(chosen.run)
k, checked = chosen.clusters().k, checked_so_far(chosen.clustering)
with title:
    quality_badge(k, checked)
with strip:
    quality_strip(k, checked)
with right:
    words = chosen.run.vocabulary.tokenisation.unit == "words"
    display, tagged = choose_display(k, default_clip(chosen.response()), words=words)
use_map(chosen, display, tagged=tagged)
quality_panel(chosen, k, checked)
