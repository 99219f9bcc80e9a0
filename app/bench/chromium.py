"""Finds the Chromium for browser tests and benches; `python app/bench/chromium.py` installs one where there is none."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "RNNSCOPE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
USUAL_PATHS = (
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
PLAYWRIGHTS_OWN = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class ChromiumError(Exception):
    """RNNSCOPE_CHROMIUM names something that is no Chromium; the message says what to do."""


def find_chromium() -> Path | None:
    """The first Chromium or Chrome that runs: RNNSCOPE_CHROMIUM, PATH, the usual places, Playwright's own.

    Raises ChromiumError when RNNSCOPE_CHROMIUM is set and does not run: another browser is never taken instead.
    """
    if chosen := os.environ.get(VARIABLE):
        found = shutil.which(chosen)
        if found is None or not _runs(Path(found)):
            raise ChromiumError(f"{VARIABLE} is {chosen!r}, which is not a Chromium that runs: correct or unset it.")
        return Path(found)
    return next((path for path in _candidates() if path.is_file() and _runs(path)), None)


def install_chromium() -> Path | None:
    """Install a Chromium with apt-get (as root on Debian) or else with Playwright; None when neither works."""
    if _may_install_packages() and _linux_distribution() != "ubuntu":  # Ubuntu's package is only a pointer to a snap
        _install_package("chromium")
        if found := find_chromium():
            return found
    with_libraries = ["--with-deps"] if _may_install_packages() else []
    _attempt(sys.executable, "-m", "playwright", "install", *with_libraries, "chromium")
    return find_chromium()


def playwright_starts() -> bool:
    """Whether Playwright's own program runs; on a bare Debian it first needs the package libatomic1."""
    command = [sys.executable, "-m", "playwright", "--version"]
    starts = subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not starts and _may_install_packages():
        _install_package("libatomic1")
        starts = subprocess.run(command, capture_output=True, check=False).returncode == 0
    return starts


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield from map(Path, USUAL_PATHS)
    # In a process of its own, because Playwright refuses to start twice in one.
    asked = subprocess.run([sys.executable, "-c", PLAYWRIGHTS_OWN], capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        yield Path(asked.stdout.strip())


def _runs(path: Path) -> bool:
    if sys.platform == "win32":  # there, --version would open a window
        return True
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _may_install_packages() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _linux_distribution() -> str:
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""


def _install_package(name: str) -> None:
    _attempt("apt-get", "update", "-qq")
    _attempt("apt-get", "install", "-qq", "-y", "--no-install-recommends", name)


def _attempt(*command: str) -> None:
    sys.stderr.write(f"For the browser tests: {' '.join(command)}\n")
    subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdout=sys.stderr, check=False)


def main() -> None:
    """Make sure that the browser tests can run, or end with a sentence and exit code 1."""
    try:
        if not playwright_starts():
            sys.exit("Playwright does not start: on Debian or Ubuntu, apt-get install libatomic1, then try again.")
        found = find_chromium() or install_chromium()
    except ChromiumError as error:
        sys.exit(str(error))
    if found is None:
        sys.exit(f"The browser tests need Chromium or Chrome: install one, or name it in {VARIABLE}, then try again.")
    sys.stdout.write(f"Browser for the tests: {found}\n")


if __name__ == "__main__":
    main()
