"""What is chosen where nobody chose: the same on every page and in every command."""

from analysis.coclustering import Treatment

RUN = "shakespeare-lstm-2x200"
CLUSTERS = 9
WORDS = 300
TREATMENT: Treatment = "signed"
PORT = 8501
