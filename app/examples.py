"""Texts to start from, written for rnnscope."""

from data_prep.vocabulary import Vocabulary

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
PROMPTS = ("She said that", "The king", "The", "A")


def example_texts(unit: str) -> tuple[str, ...]:
    """Examples for a model of words or of bytes."""
    return WORDS if unit == "words" else BYTES


def example_prompt(vocabulary: Vocabulary) -> str:
    """The first prompt that the vocabulary knows all of; for another language none, so that a sentence begins."""
    known = (text for text in PROMPTS if vocabulary.encode(vocabulary.tokenisation.split(text))[1].all())
    return next(known, "")
