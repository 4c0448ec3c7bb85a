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
SETUPS = {
    "plain": ("without", ()),
    "installed": ("with", ()),
    "-p no:lookalike": ("with", ("-p", "no:lookalike")),
}


def create_environment(folder: Path, *wheels: str) -> Path:
    """A virtual environment with pytest, and these wheels without what they depend on; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "pytest"], check=True)
    if wheels:
        subprocess.run([*pip, "--no-deps", *wheels], check=True)
    return python


def time_pytest(python: Path, folder: Path, options: tuple[str, ...], variables: dict[str, str]) -> float:
    """How long pytest takes over one empty test."""
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=variables, check=True, capture_output=True)
    return (time.perf_counter() - begun) * 1000


def measure(pythons: dict[str, Path], folder: Path, rounds: int, *, cached: bool) -> None:
    """Print what each way takes, and how much more than the plain one in the same round."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}
    variables = plain if cached else plain | {"PYTHONDONTWRITEBYTECODE": "1"}
    found: dict[str, list[float]] = {way: [] for way in SETUPS}
    for number in range(-2, rounds):  # the first two fill caches, of bytecode and of files
        for way, (which, options) in SETUPS.items():
            took = time_pytest(pythons[which], folder, options, variables)
            if number >= 0:
                found[way].append(took)
    print("bytecode is cached" if cached else "PYTHONDONTWRITEBYTECODE=1")
    for way, times in found.items():
        more = [took - base for took, base in zip(times, found["plain"], strict=True)]
        low, _, high = quantiles(more)
        print(f"  {way:16} {median(times):7.1f} ms   more: {median(more):+5.1f} ms ({low:+.1f} to {high:+.1f})")


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
