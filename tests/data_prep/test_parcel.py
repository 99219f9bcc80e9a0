import time
from dataclasses import replace
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest

from data_prep.errors import UserError
from data_prep.parcel import Parcel, pack, unpack
from data_prep.sealed_folder import open_sealed, sealing


@pytest.fixture
def parcel(tmp_path) -> Parcel:
    with sealing(tmp_path / "here" / "mine", "thing", 3) as folder:
        (folder / "numbers").write_bytes(bytes(range(256)) * 100)
        (folder / "nothing").write_bytes(b"")
    return pack(tmp_path / "here" / "mine", "thing", 3)


def test_what_is_unpacked_is_what_was_packed(parcel, tmp_path):
    folder = unpack(parcel, tmp_path / "there")
    assert folder == tmp_path / "there" / "mine"
    assert open_sealed(folder, "thing", 3) == open_sealed(tmp_path / "here" / "mine", "thing", 3)
    assert (folder / "numbers").read_bytes() == bytes(range(256)) * 100


def test_several_may_unpack_the_same_at_once(parcel, tmp_path, monkeypatch):
    written = []

    def slowly(*arguments):
        written.append(arguments)
        time.sleep(0.05)
        return sealing(*arguments)

    monkeypatch.setattr("data_prep.parcel.sealing", slowly)
    with ThreadPool(8) as pool:
        folders = pool.map(lambda _: unpack(parcel, tmp_path / "there"), range(16))
    assert set(folders) == {tmp_path / "there" / "mine"}
    assert len(written) == 1
    assert open_sealed(folders[0], "thing", 3).digest == parcel.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda files: files | {"numbers": files["numbers"][:-1]},
        lambda files: files | {"more": np.zeros(1, np.uint8)},
        lambda files: {"numbers": files["numbers"]},
        lambda files: {name.replace("numbers", "../numbers"): content for name, content in files.items()},
    ],
)
def test_what_was_damaged_on_its_way_is_refused(parcel, tmp_path, change):
    with pytest.raises(UserError, match="The thing mine was damaged on its way"):
        unpack(replace(parcel, files=change(parcel.files)), tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_another_of_the_name_is_kept(parcel, tmp_path):
    with sealing(tmp_path / "there" / "mine", "thing", 3) as folder:
        (folder / "other").write_bytes(b"")
    with pytest.raises(UserError, match="There is another thing called mine"):
        unpack(parcel, tmp_path / "there")
    assert (tmp_path / "there" / "mine" / "other").exists()
    with pytest.raises(UserError, match="cannot name a thing"):
        unpack(replace(parcel, name="../mine"), tmp_path / "there")


def test_a_damaged_folder_is_not_packed(parcel, tmp_path):
    (tmp_path / "here" / "mine" / "numbers").write_bytes(b"")
    with pytest.raises(UserError, match="damaged"):
        pack(tmp_path / "here" / "mine", "thing", 3)
