"""Files that somebody else wrote, and what hostile or broken ones must not do."""

import json
import os
import random
import struct
import zipfile

import numpy as np
import pytest
import safetensors.torch
import torch

from data_prep.errors import UserError
from models.foreign import reading
from models.foreign.reading import read_weights


@pytest.fixture
def refused(tmp_path):
    def read(path_or_content, name="weights.pt") -> UserError:
        path = path_or_content
        if isinstance(path_or_content, bytes):
            path = tmp_path / name
            path.write_bytes(path_or_content)
        with pytest.raises(UserError) as caught:
            read_weights(path)
        assert caught.value.hint
        return caught.value

    return read


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder):
        self._folder = folder

    def __reduce__(self):
        return (os.mkdir, (str(self._folder),))


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("inside", ["alone", "beside"])
def test_a_pickle_that_would_run_code_runs_none(tmp_path, refused, zipped, inside):
    trap, path = tmp_path / "trapped", tmp_path / "weights.pt"
    content = Trap(trap) if inside == "alone" else {"a.weight": torch.zeros(2, 2), "extra": Trap(trap)}
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    assert f"{os.mkdir.__module__}.mkdir" in refused(path).message
    assert not trap.exists()

    torch.load(path, weights_only=False)  # the trap works
    assert trap.exists()


def test_a_whole_module_is_refused_with_how_to_save_it(tmp_path, refused):
    path = tmp_path / "model.pt"
    torch.save(torch.nn.LSTM(2, 3), path)
    error = refused(path)
    assert "torch.nn.modules.rnn.LSTM" in error.message
    assert "model.state_dict()" in error.hint


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_refused(tmp_path, refused):
    path = tmp_path / "script.pt"
    torch.jit.script(torch.nn.Linear(2, 3)).save(str(path))
    assert "TorchScript" in refused(path).message


def test_a_state_dict_is_found_in_a_checkpoint(tmp_path):
    path, state = tmp_path / "a.pt", torch.nn.LSTM(2, 3).state_dict()
    torch.save({"epoch": 1, "best": torch.zeros(1), "deep": {"net": state}, "optimizer": {"m": torch.zeros(2)}}, path)
    found = read_weights(path)
    assert found.found_under == "deep.net"
    assert set(found.tensors) == set(state)


def test_two_state_dicts_are_no_guess(tmp_path, refused):
    path, state = tmp_path / "a.pt", torch.nn.LSTM(2, 3).state_dict()
    torch.save({"teacher": state, "student": dict(state)}, path)
    assert "more than one state dict: teacher, student" in refused(path).message
    torch.save({"ema": state, "model": dict(state)}, path)
    assert read_weights(path).found_under == "model"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (torch.zeros(3), "holds one tensor"),
        ([torch.zeros(3)], "holds a list"),
        ({}, "holds no tensors by name"),
        ({"epoch": 3, "inner": {1: torch.zeros(2)}}, "holds no tensors by name"),
        ({"a": torch.zeros(3).to_sparse()}, "a is not a plain tensor"),
        ({"a": torch.zeros(2).to("meta")}, "a is not a plain tensor"),
    ],
)
def test_other_contents_are_refused(tmp_path, refused, content, reason):
    torch.save(content, tmp_path / "a.pt")
    assert reason in refused(tmp_path / "a.pt").message


def test_a_tensor_that_claims_more_than_the_file_has(tmp_path, refused):
    torch.save({"a": torch.zeros(1).expand(100_000, 100_000)}, tmp_path / "a.pt")
    assert "claims to have 10,000,000,000 numbers" in refused(tmp_path / "a.pt").message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"hello world", "is neither"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file"),
        (b"\x80\x04K\x01.", "cannot be read"),
        (b"PK\x03\x04" + bytes(100), "damaged or cut off"),
        (struct.pack("<Q", 2**40) + b"{}", "damaged or cut off"),
        (struct.pack("<Q", 2) + b"{]", "damaged or cut off"),
    ],
)
def test_other_files_are_refused(refused, content, reason):
    assert reason in refused(content).message


def test_a_safetensors_header_may_not_claim_more_than_there_is(refused):
    header = json.dumps({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}).encode()
    assert "damaged or cut off" in refused(struct.pack("<Q", len(header)) + header).message


def test_an_archive_of_something_else_is_refused(tmp_path, refused):
    np.savez(tmp_path / "a.npz", states=np.zeros(3))
    assert "is an archive, but not one of torch.save" in refused(tmp_path / "a.npz").message


def test_missing_files_and_folders_are_refused(tmp_path, refused):
    assert "There is no file" in refused(tmp_path / "none.pt").message
    assert "cannot be read" in refused(tmp_path).message


def test_giants_are_refused_before_they_are_read(tmp_path, refused, monkeypatch):
    path = tmp_path / "giant.pt"
    with path.open("wb") as stream:
        stream.truncate(reading.LARGEST_BYTES + 1)
    assert "rnnscope takes 4 GB at most" in refused(path).message

    monkeypatch.setattr(reading, "LARGEST_BYTES", 1 << 20)
    path.unlink()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(2 << 20))
    assert path.stat().st_size < 1 << 14
    assert "GB at most" in refused(path).message


@pytest.mark.parametrize("saved_as", ["zip", "legacy", "safetensors"])
def test_truncated_and_damaged_files_are_sentences(tmp_path, saved_as):
    path, state = tmp_path / "weights", torch.nn.LSTM(4, 5).state_dict()
    if saved_as == "safetensors":
        safetensors.torch.save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=saved_as == "zip")
    whole, draw, refusals = path.read_bytes(), random.Random(0), []
    for place in range(200):
        content = bytearray(whole[: draw.randrange(len(whole))] if place % 2 else whole)
        if place % 2 == 0:
            for _ in range(draw.choice([1, 3, 30])):
                content[draw.randrange(len(content))] = draw.randrange(256)
        path.write_bytes(content)
        try:
            read = read_weights(path)
        except UserError as error:
            refusals.append(error)
        else:
            assert place % 2 == 0, "cut off, and taken for whole"
            assert all(isinstance(tensor, torch.Tensor) for tensor in read.tensors.values())
    assert len(refusals) >= 100
    assert all(error.hint for error in refusals)


def test_a_dictionary_that_stands_in_a_thousand_places_is_read_once(tmp_path, refused):
    inside = {"tensor": torch.zeros(2)}
    for _ in range(20):
        inside = {f"{place}": inside for place in range(1000)}
    torch.save(inside, tmp_path / "a.pt")
    assert "no tensors by name" in refused(tmp_path / "a.pt").message  # it lies too deep
