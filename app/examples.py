"""Texts to start from, written for rnnscope."""

from data_prep.vocabulary import Vocabulary

THOUGH = (
    "I love the food, though the staff is not helpful.",
    "The staff is not helpful, though I love the food.",
)
REVIEWS = (
    *THOUGH,
    "The waiter was rude, the soup was cold, and we will never come back.",
    "Great coffee, friendly people, and the best cake in town.",
    "Not bad at all, but not the best either.",
)
WORDS = (
    "The king is dead, though his daughter is not afraid.",
    "She said that he would come to London, but he never came.",
    "The company said that its profit rose in the third quarter, but its shares fell.",
    "The men who saw the boy were old. The man who saw the boys was old.",
    *THOUGH,
)
PROSE = (
    'He asked, "Will you come?" and she said, "Not today."',
    "The old prince did not answer; he looked at the door, smiled, and went out.",
    "In the year 1805 the army, which had crossed the river, stood before the town.",
)
CODE = (
    "if (count > 0) {\n\treturn next(list, count);\n}\n",
    "/* Returns the first free page. */\nstatic int find_page(struct pool *pool)\n{\n\tint i;\n\n"
    "\tfor (i = 0; i < pool->size; i++) {\n\t\tif (!pool->pages[i])\n\t\t\treturn i;\n\t}\n\treturn -1;\n}\n",
    'printk("%s: no memory\\n", name);\n',
)
PROMPTS = ("She said that", "The king", "The", "A")
CODE_MARKS, CODE_SHARE = "{}();=", 0.02  # of the characters of a training part: prose has about a fifth of that


def example_texts(vocabulary: Vocabulary, classes: tuple[str, ...]) -> tuple[str, ...]:
    """Examples for a model: reviews for a classifier, code or prose for one of characters, else sentences.

    Those of which the vocabulary knows most come first, so that a model of news does not begin with a king.
    """
    if classes:
        return REVIEWS
    if vocabulary.tokenisation.unit == "words":
        return tuple(sorted(WORDS, key=lambda text: _unknown(text, vocabulary)))
    return (*CODE, *PROSE) if is_code_model(vocabulary) else (*PROSE, *CODE)


def first_texts(vocabulary: Vocabulary, classes: tuple[str, ...]) -> tuple[str, ...]:
    """What is read before anybody typed: for a classifier the same words in two orders, else the first example."""
    return THOUGH if classes else example_texts(vocabulary, classes)[:1]


def example_prompt(vocabulary: Vocabulary) -> str:
    """The first prompt that the vocabulary knows all of; for another language none, so that a sentence begins."""
    known = (text for text in PROMPTS if vocabulary.encode(vocabulary.tokenisation.split(text))[1].all())
    return next(known, "")


def _unknown(text: str, vocabulary: Vocabulary) -> float:
    known = vocabulary.encode(vocabulary.tokenisation.split(text))[1]
    return float((~known).sum())


def is_code_model(vocabulary: Vocabulary) -> bool:
    """Whether the text that a vocabulary was made from has the marks of program code."""
    marks = sum(vocabulary.counts[vocabulary.ids[mark]] for mark in CODE_MARKS if mark in vocabulary.ids)
    return marks > CODE_SHARE * max(1, sum(vocabulary.counts))
