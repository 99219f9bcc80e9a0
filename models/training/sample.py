"""What a language model writes while it learns, for whoever watches."""

import time
from typing import Any

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.tokens import SENTENCE_END
from models.generation.sampling import sample
from models.network import RecurrentLanguageModel, RecurrentNetwork

EVERY_SECONDS = 15.0
LARGEST_SHARE = 0.02  # of the time of a training
TEMPERATURE = 0.8
LENGTHS = {"words": 80, "characters": 400, "bytes": 400}


class LiveSample:
    """Lets the network write every 15 seconds and at the start of each epoch; less often where that would cost time."""

    def __init__(self, corpus: Corpus) -> None:
        self.vocabulary = corpus.vocabulary
        ids = corpus.vocabulary.ids
        self.prompt = [ids.get(SENTENCE_END, ids.get("\n", 0))]  # where a sentence begins, or else anywhere
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
            text = self._text(network, update)
        except UserError:
            text = ""  # a network whose predictions are no numbers: its loss will say so
        now = time.monotonic()
        self.epoch, self.rested = epoch, now + (now - started) / LARGEST_SHARE
        self.due = max(self.rested, now + EVERY_SECONDS)
        return {"sample": text, "sample_update": update}

    def _text(self, network: RecurrentLanguageModel, seed: int) -> str:
        length = LENGTHS[self.vocabulary.tokenisation.unit]
        options = {"length": length, "temperature": TEMPERATURE, "top_k": None, "seed": seed}
        return sample(network, self.vocabulary, self.prompt, **options).text.strip()
