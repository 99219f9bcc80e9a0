"""Golden numbers from outside: modified Kneser–Ney by KenLM, nats per byte, the end of the text predicted too."""

import os
from pathlib import Path

import numpy as np
import pytest

from analysis.ngrams.kneser_ney import score_ngrams

ORDERS = (2, 3, 4, 5, 6, 8, 10)
WAR_AND_PEACE = (2.3934, 1.9326, 1.5409, 1.3366, 1.2647, 1.2391, 1.2432)  # first 80 % counted, last 10 % predicted
LINUX = (2.7229, 2.0066, 1.5155, 1.3033, 1.2014, 1.0986, 1.0607)  # first 90 %, last 5 %


@pytest.mark.parametrize(
    ("file", "training", "test", "kenlm"),
    [
        ("warpeace/warpeace_input.txt", 0.8, 0.9, WAR_AND_PEACE),
        ("linux/linux_input_v4.1rc6_kernel_shuffled.txt", 0.9, 0.95, LINUX),
    ],
)
def test_cross_entropies_are_those_of_kenlm(file, training, test, kenlm):
    if "RNNSCOPE_CORPORA" not in os.environ:
        pytest.skip("RNNSCOPE_CORPORA names no folder with warpeace/ and linux/, which may not be redistributed")
    text = np.fromfile(Path(os.environ["RNNSCOPE_CORPORA"], file), np.uint8)
    values, text = np.unique(text, return_inverse=True)
    counted, predicted = text[: int(len(text) * training)], text[int(len(text) * test) :]
    found = score_ngrams(counted, predicted, len(values), longest=max(ORDERS) - 1).cross_entropy_nats
    np.testing.assert_allclose(found[np.array(ORDERS) - 1], kenlm, atol=0.002)
