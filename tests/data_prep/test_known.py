"""Known corpora: where they are looked for, what is refused, and that the counts of the literature come out."""

import os
import random
import threading
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import datasets
import numpy as np
import pytest

from data_prep.corpus import list_corpora, open_corpus
from data_prep.errors import UserError
from data_prep.known import corpus_states, expected_counts, prepare_known
from data_prep.registry import HubSource, KnownFile, WebSource, known_corpora
from data_prep.sealed_folder import sha256_of
from data_prep.sources import at_hand, cache_folder, download_file, download_from_hub, find

ENTRIES = known_corpora()
SENTENCES = {"train": 60, "valid": 10, "test": 12}
PARTS = {"train": "train", "validation": "valid", "test": "test"}


@pytest.fixture(autouse=True)
def _nothing_at_hand(monkeypatch, rnnscope_home):
    monkeypatch.delenv("RNNSCOPE_CORPORA", raising=False)


@pytest.fixture
def use(monkeypatch):
    """use(entry): the registry holds this entry instead of its own of that name."""

    def replaced(entry):
        changed = {**ENTRIES, entry.name: entry}
        monkeypatch.setattr("data_prep.known.known_corpora", lambda: changed)
        monkeypatch.setattr("data_prep.known.known_corpus", changed.__getitem__)
        return entry

    return replaced


def sentences(part: str) -> list[str]:
    draw = random.Random(part)
    return [
        " ".join(draw.choices(["market", "shares", "rose", "<unk>", "N", "mr.", "n't"], k=9))
        for _ in range(SENTENCES[part])
    ]


def treebank(folder: Path) -> Path:
    (folder / "ptb").mkdir(parents=True)
    for part in SENTENCES:
        (folder / "ptb" / f"ptb.{part}.txt").write_text("".join(f" {s} \n" for s in sentences(part)))
    return folder


def stand_in(entry, folder: Path):
    """The entry with sizes and digests of the stand-ins in a folder."""
    files = [(file, folder / file.path) for file in entry.files]
    return replace(
        entry, files=tuple(KnownFile(file.path, p.stat().st_size, sha256_of(p)) for file, p in files), expected={}
    )


def reviews(count: int) -> dict[str, list]:
    draw = random.Random(5)
    words = ["great", "rude", "food", "place", "staff", "cold", "warm", "again"]
    rows = [(draw.choice([0, 1, 2, 3, 3, 4, 4]), " ".join(draw.choices(words, k=12))) for _ in range(count)]
    return {"label": [label for label, _ in rows], "text": [text for _, text in rows]}


def test_a_stand_in_for_the_penn_treebank_counts_like_it(tmp_path, use):
    use(stand_in(ENTRIES["ptb"], treebank(tmp_path / "all")))
    corpus = prepare_known("ptb", tmp_path / "all")
    for part, count in SENTENCES.items():
        tokens = [corpus.vocabulary.tokens[i] for i in corpus.splits[part]]
        assert tokens == [token for s in sentences(part) for token in (*s.split(), "<eos>")]
        assert len(tokens) == 10 * count
    assert set(corpus.vocabulary.tokens) == {"market", "shares", "rose", "<unk>", "N", "mr.", "n't", "<eos>"}
    assert corpus.source["licence"].startswith("LDC")
    assert corpus.source["redistributable"] is False


def test_sources_in_their_order(tmp_path, use, monkeypatch):
    folder = treebank(tmp_path / "all")
    entry = use(stand_in(ENTRIES["ptb"], folder))
    assert at_hand(entry) is None
    assert find(entry, folder).where == str(folder)
    assert find(entry, folder / "ptb").where == str(folder / "ptb")  # the files may lie in the folder itself
    cache_folder(entry).mkdir(parents=True)
    for path in (folder / "ptb").iterdir():
        (cache_folder(entry) / path.name).write_bytes(path.read_bytes())
    assert find(entry).where == str(cache_folder(entry))
    monkeypatch.setenv("RNNSCOPE_CORPORA", str(folder))
    assert find(entry).where == str(folder)
    with pytest.raises(UserError, match=r"There is no ptb.train.txt, ptb.valid.txt, ptb.test.txt in") as caught:
        find(entry, tmp_path)  # what is named explicitly is not passed over
    assert all(way in caught.value.hint for way in ("--source", "RNNSCOPE_CORPORA", "network"))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda raw: b"<!DOCTYPE html>\n<html><body>Not found</body></html>", "is a web page, not the text"),
        (lambda raw: b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n", "Git LFS pointer"),
        (lambda raw: raw[:-100], "it was cut"),
        (lambda raw: raw + b"more", "it is another copy"),
        (lambda raw: raw[:-10] + b"x" * 10, "right length but another SHA-256"),
        (lambda raw: b"", "is empty"),
        (None, "has only a part of ptb: ptb/ptb.valid.txt is missing"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named(tmp_path, use, damage, reason):
    folder = treebank(tmp_path / "all")
    use(stand_in(ENTRIES["ptb"], folder))
    path = folder / "ptb" / "ptb.valid.txt"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=reason) as caught:
        prepare_known("ptb", folder)
    assert caught.value.hint
    assert list_corpora() == []


def test_the_hub_s_treebank_becomes_the_files_that_mikolov_published(tmp_path, use):
    hub = tmp_path / "ptb_text_only"
    for theirs, ours in PARTS.items():
        (hub / "penn_treebank").mkdir(parents=True, exist_ok=True)
        rows = datasets.Dataset.from_dict({"sentence": sentences(ours)})
        rows.to_parquet(hub / "penn_treebank" / f"{theirs}-00000-of-00001.parquet")
    entry = use(replace(ENTRIES["ptb"], network=HubSource(str(hub), None, "sentences"), expected={}))
    corpus = prepare_known("ptb")
    for part, count in SENTENCES.items():
        written = (cache_folder(entry) / f"ptb.{part}.txt").read_text()
        assert written == "".join(f" {s} \n" for s in sentences(part))
        assert len(corpus.splits[part]) == 10 * count


def test_the_hub_s_tiny_shakespeare_is_one_text_again(tmp_path, use, make_text):
    text, hub = make_text(80, 1), tmp_path / "tiny_shakespeare"
    hub.mkdir()
    for part, piece in zip(PARTS, (text[:1500], text[1500:1700], text[1700:]), strict=True):
        datasets.Dataset.from_dict({"text": [piece]}).to_parquet(hub / f"{part}-00000-of-00001.parquet")
    use(replace(ENTRIES["tinyshakespeare"], network=HubSource(str(hub), None, "text")))
    corpus = prepare_known("tinyshakespeare")
    joined = "".join(corpus.vocabulary.tokens[i] for part in corpus.splits.values() for i in part)
    assert joined.replace("<unk>", "?")[: int(len(text) * 0.8)] == text[: int(len(text) * 0.8)]
    assert sum(map(len, corpus.splits.values())) == len(text)
    assert expected_counts(corpus)["reproduced"] is False


def test_the_hub_s_reviews_have_stars_from_0(tmp_path, use):
    hub, rows = tmp_path / "yelp_review_full", reviews(700)
    (hub / "yelp_review_full").mkdir(parents=True)
    for part, chosen in (("train", slice(0, 500)), ("test", slice(500, 700))):
        piece = {name: values[chosen] for name, values in rows.items()}
        datasets.Dataset.from_dict(piece).to_parquet(hub / "yelp_review_full" / f"{part}-00000-of-00001.parquet")
    for name in ("yelp", "yelp-oversampled"):
        use(replace(ENTRIES[name], network=HubSource(str(hub), None, "reviews")))
        prepare_known(name)
    plain, more = open_corpus("yelp"), open_corpus("yelp-oversampled")
    stars = {" ".join(text.split()): label for label, text in zip(rows["label"], rows["text"], strict=True)}
    for corpus in (plain, more):
        for part, texts in corpus.texts.items():
            for start, end, label in zip(texts.offsets, texts.offsets[1:], texts.labels, strict=False):
                text = " ".join(corpus.vocabulary.tokens[i] for i in corpus.splits[part][start:end])
                assert (
                    corpus.classes[label] == {0: "negative", 1: "negative", 3: "positive", 4: "positive"}[stars[text]]
                )
    for part in ("valid", "test"):
        assert np.array_equal(plain.splits[part], more.splits[part])
    classes = more.source["labelled"]["after_balancing"]["train"]
    assert classes["negative"] == classes["positive"]


def test_a_data_set_of_another_shape_is_refused(tmp_path, use):
    hub = tmp_path / "hub"
    hub.mkdir()
    datasets.Dataset.from_dict({"words": ["a", "b"]}).to_parquet(hub / "train-00000-of-00001.parquet")
    entry = use(replace(ENTRIES["ptb"], network=HubSource(str(hub), None, "sentences")))
    with pytest.raises(UserError, match="has the columns words; sentence was expected"):
        download_from_hub(entry, entry.network)
    assert at_hand(entry) is None


def test_what_the_hub_does_not_have_is_said_with_three_ways(tmp_path, use, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    use(replace(ENTRIES["ptb"], network=HubSource(str(tmp_path / "nothing"), None, "sentences")))
    with pytest.raises(UserError, match=r"ptb is not at hand, and .*nothing cannot be reached") as caught:
        prepare_known("ptb")
    assert all(way in caught.value.hint for way in ("--source", "RNNSCOPE_CORPORA", "network"))


class _Answers(BaseHTTPRequestHandler):
    def __init__(self, body: bytes, promised: int, *arguments, **options) -> None:
        self.body, self.promised = body, promised
        super().__init__(*arguments, **options)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(self.promised))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


@pytest.fixture
def served():
    """served(body, promised): the address of a server that answers so."""
    servers = []

    def serve(body: bytes, promised: int | None = None) -> str:
        handler = partial(_Answers, body, len(body) if promised is None else promised)
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/novel.txt"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_download_is_kept_byte_for_byte(served, use, make_text):
    raw = ("\ufeff" + make_text(50, 2)).replace("\n", "\r\n").encode()
    entry = use(replace(ENTRIES["warpeace"], network=WebSource(served(raw), len(raw))))
    corpus = prepare_known("warpeace")
    assert (cache_folder(entry) / "novel.txt").read_bytes() == raw
    assert bytes(ord(corpus.vocabulary.tokens[i]) for part in corpus.splits.values() for i in part) == raw
    assert [path.name for path in cache_folder(entry).iterdir()] == ["novel.txt"]


@pytest.mark.parametrize(
    ("body", "promised", "size", "reason"),
    [
        (b"<html>moved</html>", None, None, "is a web page"),
        (b"half of it", 100, None, "cannot be reached|ended after 10 of 100"),
        (b"half of it", None, 100, "has 10 bytes instead of 100: it was cut"),
    ],
)
def test_a_bad_download_leaves_nothing(served, use, body, promised, size, reason):
    entry = use(replace(ENTRIES["warpeace"], network=WebSource(served(body, promised), size)))
    with pytest.raises(UserError, match=reason):
        download_file(entry, entry.network)
    assert list(cache_folder(entry).iterdir()) == []


def test_nobody_answers(use):
    entry = use(replace(ENTRIES["linux"], network=WebSource("http://127.0.0.1:9/linux_input.txt")))
    with pytest.raises(UserError, match="linux is not at hand") as caught:
        find(entry)
    assert "Three ways" in caught.value.hint


def test_a_kernel_tree_is_its_c_and_h_files_shuffled_by_seed(tmp_path):
    tree = tmp_path / "kernel"
    for place in ("fork.c", "sched/core.c", "sched/sched.h", "Makefile", "time/hr.c", "irq.h"):
        path = tree / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {place} */\nint x;\n" * 3)
    corpus = prepare_known("linux", tree)
    raw = bytes(ord(corpus.vocabulary.tokens[i]) for part in corpus.splits.values() for i in part).decode()
    assert "Makefile" not in raw
    assert sorted(raw.splitlines()) == sorted("".join(path.read_text() for path in tree.rglob("*.[ch]")).splitlines())
    orders = {find(ENTRIES["linux"], tree, seed=seed).files for seed in range(6)}
    assert len(orders) > 1
    assert find(ENTRIES["linux"], tree, seed=3) == find(ENTRIES["linux"], tree, seed=3)


def test_balances_stand_side_by_side(tmp_path):
    rows = reviews(400)
    table = tmp_path / "r.csv"
    table.write_text("stars,text\n" + "".join(f"{k + 1},{t}\n" for k, t in zip(*rows.values(), strict=True)))
    names = [prepare_known("yelp", table, balance=b).name for b in (None, "oversample", "undersample", "class-weights")]
    assert names == ["yelp", "yelp-oversampled", "yelp-undersampled", "yelp-weighted"]
    assert prepare_known("yelp").name == "yelp"  # its file is gone, what was made from it is not
    with pytest.raises(UserError, match="no labels to balance"):
        prepare_known("ptb", table, balance="oversample")


def test_states_tell_what_is_there(tmp_path, use, monkeypatch):
    folder = treebank(tmp_path / "all")
    use(stand_in(ENTRIES["ptb"], folder))
    states = {state.name: state for state in corpus_states()}
    assert set(states) == set(ENTRIES)
    assert {state.state for state in states.values()} == {"to download"}
    monkeypatch.setenv("RNNSCOPE_CORPORA", str(folder))
    assert {s.name: s.state for s in corpus_states()}["ptb"] == "at hand"
    prepare_known("ptb", own_name="mine")
    prepare_known("ptb")
    states = {state.name: state for state in corpus_states()}
    assert (states["ptb"].state, states["mine"].state) == ("prepared", "prepared")
    assert (states["ptb"].known, states["mine"].known) == (True, False)
    (open_corpus("mine").folder / "train.npy").write_bytes(b"")
    damaged = {state.name: state for state in corpus_states()}["mine"]
    assert damaged.state == "damaged"
    assert "train.npy" in damaged.fault


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != "yelp-oversampled"])
def test_the_real_corpora_have_the_counts_of_the_literature(name, request, real_corpora):
    corpus = prepare_known(name, real_corpora)
    counts = expected_counts(corpus)
    assert counts["found"] == ENTRIES[name].expected
    assert counts["reproduced"]


@pytest.fixture
def real_corpora(_nothing_at_hand) -> Path:
    if REAL is None:
        pytest.skip("RNNSCOPE_CORPORA names no folder with the corpora, which may not be redistributed")
    return Path(REAL)


REAL = os.environ.get("RNNSCOPE_CORPORA")
