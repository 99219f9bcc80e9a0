"""What was imported is passed over when garbage is looked for."""

import gc
import sys
from types import ModuleType

import pytest

from app.garbage import spare_imports


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


def test_what_is_imported_is_spared_once(thawed, monkeypatch):
    spare_imports()
    spared = gc.get_freeze_count()
    assert spared > 10_000
    made = [[] for _ in range(1000)]
    spare_imports()
    assert abs(gc.get_freeze_count() - spared) < len(made)  # what came since then is not, as nothing was imported
    monkeypatch.setitem(sys.modules, "imported_just_now", ModuleType("imported_just_now"))
    spare_imports()
    assert gc.get_freeze_count() > spared + len(made) - 100
