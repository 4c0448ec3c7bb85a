"""What is freed goes back to the system, also when something large has come and gone."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import os
from pathlib import Path
from lookalike_mocks.memory.allocator import keep_allocator_thresholds

def read_mebibytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 2**20

if CALLS:
    assert keep_allocator_thresholds()
bytes(30 * 2**20)
before = read_mebibytes()
blocks = [b"x" * 500_000 for _ in range(80)]
last = b"y" * 500_000
del blocks, last
print(read_mebibytes() - before)
"""
NEEDS_GLIBC = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="glibc's allocator alone learns from large blocks"
)


def measure_kept_mebibytes(*, calls: bool, variables: dict[str, str] | None = None) -> int:
    """Return what a process keeps of 40 MiB that it has freed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    program = PROGRAM.replace("CALLS", str(calls))
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment | (variables or {}), capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@NEEDS_GLIBC
def test_a_server_keeps_nothing_of_what_it_has_freed() -> None:
    assert measure_kept_mebibytes(calls=True) < 5
    # what would be kept otherwise
    assert measure_kept_mebibytes(calls=False) > 20


@NEEDS_GLIBC
def test_whoever_has_chosen_an_allocators_settings_is_left_alone() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure_kept_mebibytes(calls=True, variables={"MALLOC_ARENA_MAX": "4"})
