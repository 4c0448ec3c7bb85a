"""What every test may ask for, and which tests are run.

By default slow tests are left out and long tables are sampled, so that a contributor has an answer in minutes. With
`--all` everything is run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server

# Cases that are left of a test marked `exhaustive`, spread evenly over its table.
SAMPLE_SIZE = 8

settings.register_profile("lookalike", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("lookalike")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --all."""
    parser.addoption("--all", action="store_true", help="Run slow tests too, and long tables whole.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out slow tests and sample long tables, unless everything or a single test is asked for."""
    names_a_test = any("::" in argument for argument in config.args)
    if config.getoption("--all") or names_a_test:
        return
    selected = _select_quick(items)
    deselected = [item for item in items if item not in selected]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item in selected]


def _select_quick(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return the items to run: none that is slow, and of each exhaustive test a sample, always the same one."""
    selected: set[pytest.Item] = set()
    tables: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("slow"):
            continue
        if item.get_closest_marker("exhaustive"):
            function = item.nodeid.partition("[")[0]
            tables.setdefault(function, []).append(item)
        else:
            selected.add(item)
    for cases in tables.values():
        step = max(1, len(cases) // SAMPLE_SIZE)
        selected.update(cases[::step])
    return selected


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
    """Run code in a fresh interpreter; what it prints."""

    def run(code: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    return run


@pytest.fixture(scope="session")
def npm() -> Callable[[Path], Path]:
    """Install what a folder's package-lock.json names, once; the folder of the commands that came with it."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("needs Node.js and npm")

    def install(folder: Path) -> Path:
        done, lock = folder / "node_modules/.package-lock.json", folder / "package-lock.json"
        if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)  # noqa: S603
        return folder / "node_modules/.bin"

    return install
