"""The corpora of the two systems that rnnscope follows: what each is, where it comes from, what it counts.

Counts and digests: of the files that the literature used, or that are closest to them.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import DEFAULT_CAP, DEFAULT_FRACTIONS
from data_prep.tokens import Tokenisation

KARPATHY = "https://cs.stanford.edu/people/karpathy/char-rnn"


@dataclass(frozen=True)
class KnownFile:
    """A file of a corpus; `path` below the folder of all corpora, or its last part alone. Size and SHA-256 checked."""

    path: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class HubSource:
    """A data set of the Hugging Face hub, read by `datasets.load_dataset(dataset, revision=revision)`.

    shape: `sentences` (one part per file, a row is a line), `text` (one string), `reviews` (label, text).
    """

    dataset: str
    revision: str | None
    shape: Literal["sentences", "text", "reviews"]


@dataclass(frozen=True)
class WebSource:
    """A file on the web, kept byte for byte.

    Not read by `datasets.load_dataset("text", …)`: it drops byte order mark, carriage returns and line ends,
    so that neither length nor SHA-256 could be checked, nor the bytes be counted as the paper does.
    """

    url: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class KnownCorpus:
    """One entry. Sources are tried in this order: `files` in a folder at hand, the download cache, `network`.

    tree: patterns of the files that make it up when the folder at hand is a source tree (shuffled by seed).
    expected: tokens (or texts) per part and vocabulary size, where `files` are as listed.
    """

    name: str
    title: str
    task: Literal["words", "characters", "bytes", "labelled texts"]
    tokenisation: Tokenisation
    files: tuple[KnownFile, ...]
    network: HubSource | WebSource
    licence: str
    statement: str
    redistributable: bool = False
    cap: int = DEFAULT_CAP
    fractions: tuple[float, float, float] = DEFAULT_FRACTIONS
    parts_are_files: bool = False
    labels: LabelOptions | None = None
    tree: tuple[str, ...] = ()
    expected: dict[str, int] = field(default_factory=dict)


def known_corpora() -> dict[str, KnownCorpus]:
    """Name → entry."""
    return {entry.name: entry for entry in _ENTRIES}


def known_corpus(name: str) -> KnownCorpus:
    """The entry of this name; UserError when there is none."""
    if name not in known_corpora():
        raise UserError(f"No known corpus is called {name}.", f"Known are: {', '.join(known_corpora())}.")
    return known_corpora()[name]


_YELP = KnownCorpus(
    name="yelp",
    title="Yelp reviews of at most 100 words: 1–2 stars negative, 4–5 positive",
    task="labelled texts",
    tokenisation=Tokenisation("words", "none"),
    cap=10_000,
    labels=LabelOptions(column="stars", rule="stars", longest=100, draw=20_000),
    files=(
        KnownFile(
            "yelp/yelp_short_3to1.csv", 6_227_989, "d707248bd1307011489b59abd86b632c8862e5d2a8837c8215f79565c7b59631"
        ),
    ),
    network=HubSource("Yelp/yelp_review_full", None, "reviews"),
    licence="Yelp Dataset Terms of Use: academic use, no redistribution",
    statement="Reviews from Yelp; hub data set Yelp/yelp_review_full, where label k means k + 1 stars",
    expected={"train": 16_000, "valid": 2_000, "test": 2_000, "vocabulary_size": 10_000},
)

_ENTRIES = (
    KnownCorpus(
        name="ptb",
        title="Penn Treebank, Mikolov's word version",
        task="words",
        tokenisation=Tokenisation("words", "lines", "treebank"),
        cap=10_000,
        parts_are_files=True,
        files=(
            KnownFile(
                "ptb/ptb.train.txt", 5_101_618, "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf"
            ),
            KnownFile("ptb/ptb.valid.txt", 399_782, "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2"),
            KnownFile("ptb/ptb.test.txt", 449_945, "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0"),
        ),
        network=HubSource("ptb-text-only/ptb_text_only", "refs/convert/parquet", "sentences"),
        licence="LDC User Agreement: no redistribution",
        statement="Wall Street Journal sections of the Penn Treebank (Marcus et al. 1993), as cut by Mikolov",
        expected={"train": 929_589, "valid": 73_760, "test": 82_430, "vocabulary_size": 10_000},
    ),
    KnownCorpus(
        name="shakespeare",
        title="Shakespeare's complete works, in words",
        task="words",
        tokenisation=Tokenisation("words"),
        files=(
            KnownFile(
                "shakespeare/shakespeare_clean.txt",
                5_336_483,
                "041f02217b0e5a0dce802ea3378622fff1e2538bd6e1b7106d56bf2d744b9c48",
            ),
        ),
        network=WebSource(f"{KARPATHY}/shakespeare_input.txt"),
        licence="Public-domain text in a restricted edition: no redistribution",
        statement="Complete works, licence notices removed; from the web another edition, with other counts",
        expected={"train": 964_867, "valid": 120_608, "test": 120_609, "vocabulary_size": 15_000},
    ),
    KnownCorpus(
        name="tinyshakespeare",
        title="Tiny Shakespeare, in characters",
        task="characters",
        tokenisation=Tokenisation("characters"),
        files=(
            KnownFile(
                "shakespeare/tinyshakespeare.txt",
                1_115_394,
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            ),
        ),
        network=HubSource("karpathy/tiny_shakespeare", "refs/convert/parquet", "text"),
        licence="Public domain",
        redistributable=True,
        statement="40,000 lines of Shakespeare, the sample of Karpathy's char-rnn",
        expected={"train": 892_315, "valid": 111_539, "test": 111_540, "vocabulary_size": 65},
    ),
    KnownCorpus(
        name="warpeace",
        title="War and Peace, in bytes",
        task="bytes",
        tokenisation=Tokenisation("bytes"),
        files=(
            KnownFile(
                "warpeace/warpeace_input.txt",
                3_258_246,
                "fb66ba999dafe24017cdd59e04c56d385a9c8466993d374fd4c6f08b2142985e",
            ),
        ),
        network=WebSource(
            f"{KARPATHY}/warpeace_input.txt",
            3_258_246,
            "fb66ba999dafe24017cdd59e04c56d385a9c8466993d374fd4c6f08b2142985e",
        ),
        licence="Public domain",
        redistributable=True,
        statement="Tolstoy, in the translation of L. and A. Maude, as published by Karpathy",
        expected={"train": 2_606_596, "valid": 325_824, "test": 325_826, "vocabulary_size": 87},
    ),
    KnownCorpus(
        name="linux",
        title="The Linux kernel's own folder, in bytes",
        task="bytes",
        tokenisation=Tokenisation("bytes"),
        fractions=(0.9, 0.05, 0.05),
        files=(
            KnownFile(
                "linux/linux_input_v4.1rc6_kernel_shuffled.txt",
                6_207_000,
                "f64a6456756a2c4c8661787b533fbeb5858cdf47746a4b6528b6202ccfe6d7cb",
            ),
        ),
        network=WebSource(f"{KARPATHY}/linux_input.txt"),
        licence="GPL-2.0",
        redistributable=True,
        statement="All .c and .h files of kernel/ at v4.1-rc6, shuffled; close to Karpathy's linux_input.txt",
        tree=("*.c", "*.h"),
        expected={"train": 5_586_300, "valid": 310_350, "test": 310_350, "vocabulary_size": 101},
    ),
    _YELP,
    replace(
        _YELP,
        name="yelp-oversampled",
        title="The same, the smaller class of the training part oversampled",
        labels=replace(_YELP.labels, balance="oversample"),
        expected={"valid": 2_000, "test": 2_000, "vocabulary_size": 10_000},
    ),
)
