"""What is learnt of a corpus: whether it fits the recipe's task, what one prediction is, and what guessing costs."""

import math

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from models.recipe import Recipe


def check_task(recipe: Recipe, corpus: Corpus) -> None:
    """UserError unless the corpus is of the kind that the recipe's task reads."""
    if recipe.task == "classifier" and corpus.texts is None:
        raise UserError(
            f"{corpus.name} is running text, and a classifier needs labelled texts.",
            "Prepare a table with --label-column, or use a recipe of a language model.",
        )
    if recipe.task == "language-model" and corpus.texts is not None:
        # one text after the other would carry the state from each into the next
        raise UserError(
            f"{corpus.name} holds separate labelled texts, and a language model reads running text.",
            "Use a recipe of a classifier, such as yelp-gru, or prepare the texts without --label-column.",
        )


def prediction_noun(corpus: Corpus) -> str:
    """What is predicted, one at a time, and losses are the mean over: word, character, byte or text."""
    return "text" if corpus.classes else corpus.vocabulary.tokenisation.noun


def uniform_nats(corpus: Corpus) -> float:
    """What guessing costs in nats per prediction when all classes, or else all tokens, are as likely."""
    return math.log(len(corpus.classes) or len(corpus.vocabulary))
