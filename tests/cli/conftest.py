import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.cli.main import cli


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture
def invoked():
    """invoked(*arguments) → the whole result: output, errors, exit code."""
    return invoke


@pytest.fixture
def run_json():
    """run_json(*arguments) → what the command printed with --json, which must be one object and nothing else."""

    def run(*arguments):
        result = invoke(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return _one_object(result)

    return run


@pytest.fixture
def run_text():
    """run_text(*arguments) → what the command printed for a person."""

    def run(*arguments) -> str:
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def refused():
    """refused(*arguments) → {"error", "hint"} of a command that ends with code 2 and says so twice over."""

    def run(*arguments) -> dict[str, str]:
        result = invoke(*arguments, "--json")
        assert result.exit_code == 2, (result.output, result.exception)
        said = _one_object(result)
        assert set(said) == {"error", "hint"}
        assert said["error"]
        assert said["hint"]

        for_a_person = invoke(*arguments)
        assert for_a_person.exit_code == 2
        assert for_a_person.stdout == ""
        for output in (result.stderr, for_a_person.stderr):
            assert "error: " in output
            assert "Traceback" not in output
            first_words = "".join(said["error"].split()[:2])  # a path may be longer than a line
            assert first_words in "".join(output.split())
        return said

    return run


def _one_object(result: Result) -> dict:
    assert result.stdout.count("\n") == 1
    assert result.stdout.isascii()  # any terminal and any pipe can take it
    value = json.loads(result.stdout, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert isinstance(value, dict)
    return value
