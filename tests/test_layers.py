"""The architecture as a test: imports point down only, and what belongs to one place stays there."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("data_prep", "models", "analysis", "app")  # each may import itself and what stands before it
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_imports_point_down_only(path):
    layer = path.relative_to(ROOT).parts[0]
    assert not packages(path) & set(LAYERS[LAYERS.index(layer) + 1 :])


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_drawing_and_pages_stay_in_their_places(path):
    where, used = place(path), packages(path)
    if not where.startswith("app/"):
        assert not used & {"streamlit", "plotly", "wordcloud", "typer", "rich"}
    if where.startswith("data_prep/"):
        assert "torch" not in used
    if where.startswith(("app/figures/", "app/cli/")):
        assert "streamlit" not in used
    if where.startswith("app/views/"):
        assert not used & {"torch", "sklearn", "scipy", "numpy"}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_pickle_and_no_raw_html(path):
    source = path.read_text(encoding="utf-8")
    assert not packages(path) & {"pickle", "dill", "joblib", "shelve"}
    assert source.count("torch.load(") == source.count("weights_only=True")
    assert "torch.load(" not in source or place(path) == "models/foreign/reading.py"
    assert "unsafe_allow_html" not in source
    assert "st.html(" not in source
    assert "allow_pickle=True" not in source


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_cache_decorators_stand_in_one_package_or_guard_one_registry(path):
    source = path.read_text(encoding="utf-8")
    if not place(path).startswith(("app/cached/", "app/jobs.py")):
        assert "st.cache_" not in source
    assert source.count("st.cache_data") + source.count("st.cache_resource(") == source.count("max_entries=") or (
        place(path) == "app/jobs.py"
    )


@pytest.mark.parametrize("path", sorted((ROOT / "app" / "components").glob("*.js")), ids=place)
def test_components_put_text_in_as_text(path):
    source = path.read_text(encoding="utf-8")
    for way_in in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way_in not in source


def test_nothing_big_and_no_corpus_in_the_repository():
    for path in (ROOT / "gallery").rglob("*"):
        assert path.suffix in ("", ".json", ".npz", ".safetensors", ".md"), path
    assert sum(path.stat().st_size for path in (ROOT / "gallery").rglob("*") if path.is_file()) <= 50e6


def test_commands_that_need_no_network_do_not_wait_for_torch():
    code = "import sys, app.cli.main; assert not {'torch', 'sklearn', 'streamlit', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
