"""Texts to start from, written for rnnscope."""

WORDS = (
    "The king is dead, though his daughter is not afraid.",
    "I love the food, though the staff is not helpful.",
    "The staff is not helpful, though I love the food.",
    "She said that he would come to London, but he never came.",
)
BYTES = (
    'He asked, "Will you come?" and she said, "Not today."',
    "if (count > 0) {\n\treturn next(list, count);\n}\n",
)


def example_texts(unit: str) -> tuple[str, ...]:
    """Examples for a model of words or of bytes."""
    return WORDS if unit == "words" else BYTES
