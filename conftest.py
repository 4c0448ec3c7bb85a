"""What every test may ask for, and which tests are run.

By default slow tests are left out, long tables are sampled and Hypothesis draws fewer examples, so that a contributor has
an answer in minutes. With `--all` everything is run.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server

# Cases that are left of a test marked `exhaustive`, where the mark says no other number: `exhaustive(3)`.
SAMPLE_SIZE = 8

# The fractional parts of its multiples are spread more evenly than those of any other number.
GOLDEN_RATIO = (1 + 5**0.5) / 2

# `derandomize`: every run draws the same examples. Fewer of them are the same first ones.
settings.register_profile("all", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("quick", parent=settings.get_profile("all"), max_examples=20)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --all."""
    parser.addoption("--all", action="store_true", help="Run slow tests too, and long tables whole.")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Give every process of pytest-xdist whole files, so that a module's fixtures are made once and not in each."""
    if config.getoption("numprocesses", None) and config.getoption("dist") == "no":
        config.option.dist = "loadfile"


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples Hypothesis draws, before any test module is imported."""
    _restore_signals()
    profile = "quick"
    if _wants_all(config):
        profile = "all"
    settings.load_profile(profile)


def _restore_signals() -> None:
    """Let Ctrl+C end what the tests start, also where a shell runs them in the background and has it ignored."""
    for name in ("SIGINT", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            handler: Any = signal.SIG_DFL
            if number is signal.SIGINT:
                handler = signal.default_int_handler
            signal.signal(number, handler)


def _wants_all(config: pytest.Config) -> bool:
    """Return whether everything is asked for, or a single test, which whoever names it wants whole."""
    names_a_test = any("::" in argument for argument in config.args)
    return bool(config.getoption("--all")) or names_a_test


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Return the parameter's name for bytes that are no text, and None for what pytest may name itself.

    Compressed bytes hold the second in which they were made. Every process of pytest-xdist has to collect the same ids.
    """
    is_text = not isinstance(val, bytes) or (val.isascii() and val.decode().isprintable())
    if is_text:
        return None
    return argname


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out slow tests and sample long tables, unless everything or a single test is asked for."""
    names_a_test = any("::" in argument for argument in config.args)
    if names_a_test:
        return
    selected = _select_items(items, is_quick=not config.getoption("--all"))
    deselected = [item for item in items if item not in selected]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item in selected]


def _select_items(items: list[pytest.Item], *, is_quick: bool) -> set[pytest.Item]:
    """Return the items to run: none that is slow, and of each exhaustive test a sample, always the same one.

    With --all (`is_quick` is false) all are run, but for a table whose mark says that even so a sample is enough, as a
    script of its own plays it whole: `exhaustive(4, most=50)`.
    """
    selected: set[pytest.Item] = set()
    tables: dict[str, list[pytest.Item]] = {}
    sample_sizes: dict[str, int] = {}
    for item in items:
        if is_quick and item.get_closest_marker("slow"):
            continue
        mark = item.get_closest_marker("exhaustive")
        if mark is None or not (is_quick or mark.kwargs):
            selected.add(item)
            continue
        function = item.nodeid.partition("[")[0]
        tables.setdefault(function, []).append(item)
        sample_sizes[function] = _get_sample_size(mark, is_quick=is_quick)
    for function, cases in tables.items():
        selected.update(_sample_cases(cases, sample_sizes[function]))
    return selected


def _get_sample_size(mark: pytest.Mark, *, is_quick: bool) -> int:
    size: int = SAMPLE_SIZE
    if not is_quick:
        size = mark.kwargs["most"]
    elif mark.args:
        size = mark.args[0]
    return size


def _sample_cases(cases: list[pytest.Item], size: int) -> list[pytest.Item]:
    """Return so many cases, spread over the table, with as many values of each parameter as there can be.

    A step through the table alone would be wrong. Of five APIs by four ways in, each fifth case is of the same API.
    """
    # The first few of this order come from all over the table: of 8 cases, these are 0, 5, 2, 7, 4, 1, 6, 3.
    candidates = sorted(range(len(cases)), key=lambda index: index * GOLDEN_RATIO % 1)
    values_of_cases = [_get_parameter_values(case) for case in cases]
    sample: list[pytest.Item] = []
    used_values: set[tuple[str, int]] = set()
    while candidates and len(sample) < size:
        # the first of those that bring most values which no case in the sample has
        best = max(candidates, key=lambda index: len(values_of_cases[index] - used_values))
        candidates.remove(best)
        sample.append(cases[best])
        used_values |= values_of_cases[best]
    return sample


def _get_parameter_values(case: pytest.Item) -> set[tuple[str, int]]:
    """Return the parameters of a case, each with the identity of its value.

    Values need not be hashable. Cases of one table share them, and they live as long as the cases; `callspec.indices` would
    count through the cases, not through the values.
    """
    call = getattr(case, "callspec", None)
    if call is None:
        return set()
    return {(name, id(value)) for name, value in call.params.items()}


@pytest.fixture(scope="session")
def mock() -> Mock:
    """Return all five APIs with default variants; nothing that a test does may change how it answers another."""
    return Mock()


@pytest.fixture(scope="session")
def server(mock: Mock) -> Iterator[Server]:
    """Yield the mock on a free port of loopback."""
    with Server(MockApp(mock)) as running:
        yield running


@pytest.fixture
def run_python() -> Callable[[str], str]:
    """Return a function that runs code in a fresh interpreter and returns what it prints."""

    def run(code: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    return run


@pytest.fixture(scope="session")
def npm() -> Callable[[Path], Path]:
    """Return a function that installs what a folder's package-lock.json names, once, and returns its commands' folder."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")

    def install(folder: Path) -> Path:
        done = folder / "node_modules/.package-lock.json"
        lock = folder / "package-lock.json"
        if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)  # noqa: S603
        return folder / "node_modules/.bin"

    return install
