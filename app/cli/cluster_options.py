"""Options that commands about clusters share."""

from typing import Annotated

import typer

from analysis.clusters.decomposition import TREATMENTS
from app.defaults import CLUSTERS

Layer = Annotated[int | None, typer.Option(help="1 is the lowest; by default the highest.")]
State = Annotated[str, typer.Option(help="hidden or cell.")]
K = Annotated[int | None, typer.Option("--clusters", "-k", help=f"How many clusters; by default {CLUSTERS}.")]
Words = Annotated[int, typer.Option(help="How many of the most frequent words are clustered.")]
TreatmentName = Annotated[str, typer.Option(help=f"Of the sign: {', '.join(TREATMENTS)}.")]
