"""What a language model writes while it learns, from a beginning that says nothing."""

import time
from typing import Any

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.tokens import SENTENCE_END
from data_prep.vocabulary import Vocabulary
from models.generation.sampling import Sample, sample
from models.network import RecurrentLanguageModel, RecurrentNetwork

EVERY_SECONDS = 15.0
LARGEST_SHARE = 0.02  # of the time of a training
TEMPERATURE = 0.8
LENGTHS = {"words": 80, "characters": 400, "bytes": 400}


def unprompted_sample(network: RecurrentLanguageModel, vocabulary: Vocabulary, seed: int) -> Sample:
    """A short text from where a sentence begins, or else from anywhere; UserError as `sample` raises it."""
    prompt = [vocabulary.ids.get(SENTENCE_END, vocabulary.ids.get("\n", 0))]
    length = LENGTHS[vocabulary.tokenisation.unit]
    return sample(network, vocabulary, prompt, length=length, temperature=TEMPERATURE, top_k=None, seed=seed)


class LiveSample:
    """Lets the network write every 15 seconds and at the start of each epoch; less often where that would cost time."""

    def __init__(self, corpus: Corpus) -> None:
        self.vocabulary = corpus.vocabulary
        self.epoch, self.due, self.rested = 0, 0.0, 0.0

    def write(self, network: RecurrentNetwork, epoch: int, update: int) -> dict[str, Any]:
        """`sample` and `sample_update` to report; nothing when it is not time yet, or for a classifier.

        The network and torch's random numbers are as before: the training goes on as if nothing had been written.
        """
        started = time.monotonic()
        next_one = self.rested if epoch > self.epoch else self.due
        if started < next_one or not isinstance(network, RecurrentLanguageModel):
            return {}
        try:
            text = unprompted_sample(network, self.vocabulary, update).text.strip()
        except UserError:
            text = ""  # a network whose predictions are no numbers: its loss will say so
        now = time.monotonic()
        self.epoch, self.rested = epoch, now + (now - started) / LARGEST_SHARE
        self.due = max(self.rested, now + EVERY_SECONDS)
        return {"sample": text, "sample_update": update}
