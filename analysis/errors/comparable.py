"""Whether two runs predict the same tokens."""

from models.run import Run


def why_not_comparable(run: Run, other: Run) -> str:
    """Why the errors of another run cannot be laid beside those of this one; empty where they can."""
    if other.origin == "states":
        return "it is recorded states without weights"
    if other.task != "language-model":
        return "it tells classes and predicts no token"
    if other.recipe.model.bidirectional:
        return "it reads what comes after, too"
    if other.vocabulary.tokens != run.vocabulary.tokens:
        return "it has another vocabulary"
    if other.corpus["name"] != run.corpus["name"]:
        return "it is of another corpus"
    return ""
