import hashlib
import json

import pytest

from data_prep.errors import UserError
from data_prep.sealed_folder import MANIFEST, check_name, name_from, open_sealed, sealing


@pytest.fixture
def sealed(tmp_path):
    folder = tmp_path / "thing"
    with sealing(folder, "run", 1) as unfinished:
        (unfinished / "a.txt").write_text("alpha")
        (unfinished / "b.txt").write_text("beta")
    return folder


def edit_manifest(folder, change):
    raw = json.loads((folder / MANIFEST).read_text())
    change(raw)
    (folder / MANIFEST).write_text(json.dumps(raw))


def test_a_sealed_folder_opens_and_its_digest_names_its_content(sealed, tmp_path):
    digest = open_sealed(sealed, "run", 1).digest
    assert set(open_sealed(sealed, "run", 1).files) == {"a.txt", "b.txt"}
    for name, text, same in [("twin", "beta", True), ("other", "Beta", False)]:
        with sealing(tmp_path / name, "run", 1) as unfinished:
            (unfinished / "b.txt").write_text(text)
            (unfinished / "a.txt").write_text("alpha")
        assert (open_sealed(tmp_path / name, "run", 1).digest == digest) is same


def _truncate(folder):
    (folder / "a.txt").write_text("alp")


def _alter(folder):
    (folder / "a.txt").write_text("alphA")


def _swap(folder):
    (folder / "a.txt").rename(folder / "c.txt")
    (folder / "b.txt").rename(folder / "a.txt")


def _forge_size_and_digest(folder):
    _truncate(folder)
    edit_manifest(folder, lambda raw: raw["files"]["a.txt"].update(bytes=3))


def _forge_whole_digest(folder):
    edit_manifest(folder, lambda raw: raw.update(digest="0" * 64))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / MANIFEST).unlink(), "unfinished: it has no manifest.json"),
        (lambda folder: (folder / "a.txt").unlink(), "damaged: a.txt is missing"),
        (_truncate, "damaged: a.txt has 3 bytes instead of 5"),
        (_alter, "damaged: the content of a.txt has changed"),
        (_swap, "damaged: a.txt has 4 bytes"),
        (_forge_size_and_digest, "damaged: manifest.json was altered"),
        (_forge_whole_digest, "damaged: manifest.json was altered"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "cannot be read as JSON"),
        (lambda folder: (folder / MANIFEST).write_bytes(b"\xff\xfe\x00"), "cannot be read as JSON"),
        (lambda folder: (folder / MANIFEST).write_text("[]"), "not a manifest"),
        (lambda folder: edit_manifest(folder, lambda raw: raw.pop("digest")), "not a manifest"),
        (lambda folder: edit_manifest(folder, lambda raw: raw.update(files=[1])), "not a manifest"),
        (lambda folder: edit_manifest(folder, lambda raw: raw["files"]["a.txt"].clear()), "not a manifest"),
        (lambda folder: edit_manifest(folder, lambda raw: raw.update(schema=2)), "schema version 2; .* reads 1"),
        (lambda folder: edit_manifest(folder, lambda raw: raw.update(kind="corpus")), "thing is a corpus, not a run"),
    ],
)
def test_damage_is_named(sealed, damage, reason):
    damage(sealed)
    with pytest.raises(UserError, match=reason) as caught:
        open_sealed(sealed, "run", 1)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/hostname", "..", ".", "", "sub/../a.txt", "a\0b"])
def test_a_manifest_cannot_name_files_elsewhere(sealed, name, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    files = {name: {"bytes": 6, "sha256": hashlib.sha256(b"secret").hexdigest()}}
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    edit_manifest(sealed, lambda raw: raw.update(files=files, digest=digest))  # only the name is at fault
    with pytest.raises(UserError, match="is missing"):
        open_sealed(sealed, "run", 1)


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(UserError, match="There is no run at"):
        open_sealed(tmp_path / "nowhere", "run", 1)


@pytest.mark.parametrize("replace", [False, True])
def test_a_failing_writer_leaves_nothing_behind(tmp_path, replace):
    def write():
        with sealing(tmp_path / "home" / "thing", "run", 1, replace=replace) as unfinished:
            (unfinished / "a.txt").write_text("alpha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list((tmp_path / "home").iterdir()) == []


def test_a_writer_that_fails_while_replacing_keeps_the_old_one(sealed):
    before = open_sealed(sealed, "run", 1)

    def write():
        with sealing(sealed, "run", 1, replace=True) as unfinished:
            (unfinished / "a.txt").write_text("new")
            raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left on device"):
        write()
    assert open_sealed(sealed, "run", 1) == before
    assert [path.name for path in sealed.parent.iterdir()] == [sealed.name]


def test_nothing_is_overwritten_unless_asked(sealed):
    before = open_sealed(sealed, "run", 1)
    with pytest.raises(UserError, match="exists already"), sealing(sealed, "run", 1):
        pytest.fail("there is nothing to write here")
    assert open_sealed(sealed, "run", 1) == before
    with sealing(sealed, "run", 1, replace=True) as unfinished:
        (unfinished / "c.txt").write_text("gamma")
    assert {path.name for path in sealed.iterdir()} == {"c.txt", MANIFEST}
    assert open_sealed(sealed, "run", 1).digest != before.digest
    assert [path.name for path in sealed.parent.iterdir()] == [sealed.name]


def test_a_reader_never_sees_a_half_written_folder(tmp_path):
    target = tmp_path / "thing"
    with sealing(target, "run", 1) as unfinished:
        (unfinished / "a.txt").write_text("alpha")
        assert not target.exists()
        assert not (unfinished / MANIFEST).exists()
    assert open_sealed(target, "run", 1)


@pytest.mark.parametrize("name", ["a", "my-text-2", "0", "a" * 80])
def test_good_names(name):
    assert check_name(name, "run") == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "A", "é", "a b", "-a", "a-", "a--b", "a\n", "a\0", "a" * 81, "<b>"]
)
def test_names_that_are_no_folder_names(name):
    with pytest.raises(UserError, match="cannot name a run"):
        check_name(name, "run")


@pytest.mark.parametrize(
    "text", ["My File.txt", "../../etc/passwd", "", "  ", "שלום", "-", "x" * 200, "a" * 79 + "-b", "a\0b"]
)
def test_names_made_from_any_text_are_good(text):
    assert check_name(name_from(text), "run")


def test_the_nearest_name():
    assert name_from("My File (2).txt") == "my-file-2-txt"
