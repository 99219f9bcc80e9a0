"""Garbage is looked for among what visits made, not among what was imported.

After every run of a script, Streamlit collects garbage of all generations. The million objects of torch, plotly and
pandas are never garbage, but looking through them took longer than most clicks.
"""

import gc
import sys

_spared: set[str] = set()  # modules


def spare_imports() -> None:
    """Let the collector pass over all that is alive, if something was imported since it last did."""
    if _spared.issuperset(tuple(sys.modules)):
        return
    _spared.update(tuple(sys.modules))
    gc.collect()  # what is garbage now would stay for ever
    gc.freeze()
