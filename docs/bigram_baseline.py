"""What logistic regression on words and bigrams makes of a labelled corpus: `python docs/bigram_baseline.py yelp`.

The peer of the classifiers: the same tokens, training part and test part, C chosen on the validation part.
"""

import sys
from itertools import pairwise

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from data_prep.corpus import Corpus, open_corpus

LONGEST = 100  # tokens, as the recipes read


def main(name: str) -> None:
    """Print accuracy and balanced accuracy on the test part."""
    corpus = open_corpus(name)
    count = TfidfVectorizer(analyzer=_words_and_bigrams, min_df=2, sublinear_tf=True)
    train, valid, test = (_texts(corpus, part) for part in ("train", "valid", "test"))
    fitted = count.fit_transform(train[0])

    def fit(strength: float) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=1000).fit(fitted, train[1])

    models = [fit(strength) for strength in (1, 4, 16, 64)]
    best = max(models, key=lambda model: model.score(count.transform(valid[0]), valid[1]))
    said = best.predict(count.transform(test[0]))
    accuracy, balanced = accuracy_score(test[1], said), balanced_accuracy_score(test[1], said)
    sys.stdout.write(f"{name}: C = {best.C:g}, accuracy {accuracy:.2%}, balanced {balanced:.2%}\n")


def _texts(corpus: Corpus, part: str) -> tuple[list[np.ndarray], np.ndarray]:
    offsets, labels = corpus.texts[part].offsets, corpus.texts[part].labels
    pieces = np.split(corpus.splits[part], offsets[1:-1])
    return [piece[:LONGEST] for piece in pieces], np.asarray(labels)


def _words_and_bigrams(ids: np.ndarray) -> list[tuple[int, ...]]:
    words = ids.tolist()
    return [*((word,) for word in words), *pairwise(words)]


if __name__ == "__main__":
    main(sys.argv[1])
