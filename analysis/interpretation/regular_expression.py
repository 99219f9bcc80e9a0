"""A regular expression that somebody typed, searched for in bounded time and memory.

Python's `re` backtracks: `(a+)+$` on a few dozen letters takes longer than anybody lives, and holds the interpreter
meanwhile. So a process of its own compiles and searches, and is ended when its time is up.
"""

import json
import subprocess
import sys

import numpy as np

from data_prep.errors import UserError

LONGEST_PATTERN = 300  # characters
SECONDS = 4.0
MOST_MATCHES = 200_000
_MEMORY = 1 << 30  # bytes, where the system can bound them

_SEARCH = f"""
import json, re, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
except (ImportError, OSError, ValueError):
    pass
asked = json.loads(sys.stdin.buffer.read())
try:
    pattern = re.compile(asked["pattern"], re.MULTILINE)
except (re.error, OverflowError, RecursionError, MemoryError) as error:
    print(json.dumps({{"fault": str(error) or type(error).__name__}}))
    sys.exit()
spans, empty = [], 0
for match in pattern.finditer(asked["text"]):
    start, end = match.span()
    if start == end:
        empty += 1
    else:
        spans += (start, end)
    if empty + len(spans) // 2 > {MOST_MATCHES}:
        break
print(json.dumps({{"spans": spans, "empty": empty}}))
"""


def match_spans(pattern: str, text: str, *, seconds: float = SECONDS) -> np.ndarray:
    """(n, 2): where the matches of `pattern` start and end; ^ and $ are ends of lines. Empty matches do not count.

    Raises UserError for a pattern that is empty, too long or wrong, that has not been searched for in time, that
    matches nothing but the empty text, or too often.
    """
    if not pattern or len(pattern) > LONGEST_PATTERN or "\0" in pattern:
        raise UserError(
            f"The regular expression has {len(pattern):,} characters.",
            f"Type one of 1 to {LONGEST_PATTERN} characters, without NUL.",
        )
    found = _search(pattern, text, seconds)
    if "fault" in found:
        raise UserError(
            f"The regular expression {pattern} is wrong: {found['fault']}.",
            r"The syntax is Python's: \d+ is a number, (the|a) one of two words; a bracket itself is written \(.",
        )
    spans = np.array(found["spans"], np.int64).reshape(-1, 2)
    if len(spans) == 0 and found["empty"]:
        raise UserError(
            f"The regular expression {pattern} matches nothing but the empty text.",
            "Ask for at least one character, with + in the place of *.",
        )
    if len(spans) + found["empty"] > MOST_MATCHES:
        raise UserError(
            f"The regular expression {pattern} matches more than {MOST_MATCHES:,} times.",
            "Ask for something rarer, or with + for longer matches.",
        )
    return spans


def _search(pattern: str, text: str, seconds: float) -> dict:
    asked = json.dumps({"pattern": pattern, "text": text}).encode("ascii")
    command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", _SEARCH]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"The search for {pattern} was ended after {seconds:g} seconds: it tries too many ways to match.",
            "Avoid a repetition inside a repetition, such as (a+)+, and .* at the start.",
        ) from error
    if done.returncode != 0:
        raise UserError(
            f"The search for {pattern} needed too much memory or time, and was ended.", "Try a simpler expression."
        )
    return json.loads(done.stdout)
