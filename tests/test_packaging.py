"""What a wheel takes along: everything that the packages read while they run."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
PACKAGES = [pattern.rstrip("*") for pattern in SETUPTOOLS["packages"]["find"]["include"]]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_the_wheel(package):
    files = [path.relative_to(ROOT / package) for path in (ROOT / package).rglob("*") if path.is_file()]
    files = [path for path in files if "__pycache__" not in path.parts]
    assert files
    assert [str(path) for path in files if not _taken(package, path)] == []


def _taken(package: str, path: Path) -> bool:
    """Whether a file is Python, or data named in pyproject.toml; a folder with a dot in its name is no package."""
    if not any("." in folder for folder in path.parts[:-1]):
        return path.suffix == ".py" or any(path.match(pattern) for pattern in SETUPTOOLS["package-data"]["*"])
    return any(path.match(pattern) for pattern in SETUPTOOLS["package-data"].get(package, ()))
