"""What is chosen where nobody chose: the same on every page and in every command."""

from analysis.clusters.decomposition import Treatment

RUN = "shakespeare-lstm-2x200"
CLUSTERS = 9
WORDS = 300
TREATMENT: Treatment = "combined"
PORT = 8501
SAMPLE = {"length": 100, "temperature": 1.0, "top_k": None, "seed": 0}  # length in tokens
TREE = {"branching": 3, "minimum_probability": 0.0001, "depth": 4}
