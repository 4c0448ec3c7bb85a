"""What an unrelated `pytest` run pays for Lookalike being installed: two environments, one with the wheel, in turn."""

import argparse
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

HOME = Path(__file__).parent.parent
# They fill caches, of bytecode and of files.
WARM_UP_ROUNDS = 2
# How an environment's pytest is called: which environment, with which options.
SETUPS = {
    "plain": ("without", ()),
    "installed": ("with", ()),
    "-p no:lookalike": ("with", ("-p", "no:lookalike")),
}


def create_environment(folder: Path, *wheels: str) -> Path:
    """Make a virtual environment with pytest, and these wheels without what they depend on; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "pytest"], check=True)
    if wheels:
        subprocess.run([*pip, "--no-deps", *wheels], check=True)
    return python


def time_pytest(python: Path, folder: Path, options: tuple[str, ...], variables: dict[str, str]) -> float:
    """Return the milliseconds that pytest takes over one empty test."""
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=variables, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def measure(pythons: dict[str, Path], folder: Path, rounds: int, *, cached: bool) -> None:
    """Print what each setup takes, and how much more than the plain one in the same round."""
    # PYTHONPATH would let the environment without the wheel import the checkout.
    variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}
    title = "bytecode is cached"
    if not cached:
        variables["PYTHONDONTWRITEBYTECODE"] = "1"
        title = "PYTHONDONTWRITEBYTECODE=1"
    durations: dict[str, list[float]] = {setup: [] for setup in SETUPS}
    for number in range(-WARM_UP_ROUNDS, rounds):
        for setup, (environment, options) in SETUPS.items():
            duration = time_pytest(pythons[environment], folder, options, variables)
            if number >= 0:
                durations[setup].append(duration)
    print(title)
    for setup, times in durations.items():
        # Differences are taken within a round, so that a slow minute is slow for both.
        differences = [time - plain_time for time, plain_time in zip(times, durations["plain"], strict=True)]
        low, _, high = quantiles(differences)
        more = f"{median(differences):+5.1f} ms ({low:+.1f} to {high:+.1f})"
        print(f"  {setup:16} {median(times):7.1f} ms   more: {more}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", name], cwd=HOME, check=True)
        wheel = str(next(folder.glob("*.whl")))
        tests = folder / "tests"
        tests.mkdir()
        (tests / "test_one.py").write_text("def test_one():\n    pass\n", "utf-8")
        pythons = {
            "without": create_environment(folder / "without"),
            "with": create_environment(folder / "with", wheel),
        }
        for cached in (False, True):
            measure(pythons, tests, rounds, cached=cached)


if __name__ == "__main__":
    main()
