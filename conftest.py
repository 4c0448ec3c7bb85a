"""What every test may ask for."""

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

settings.register_profile("lookalike", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("lookalike")


@pytest.fixture(scope="session")
def mock() -> Mock:
    """All five APIs with default variants; nothing that a test does may change how it answers another."""
    return Mock()


@pytest.fixture(scope="session")
def server(mock: Mock) -> Iterator[Server]:
    """The mock on a free port of loopback."""
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
