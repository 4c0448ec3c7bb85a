"""Compare what `scripts/test --lowest` has installed with the lower bounds of pyproject.toml.

A bound that no resolver reaches is a version that no test has run. So it is to be raised to the version that is installed,
the lowest that goes together with all the others.
"""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def list_requirements() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml names of others' packages, by group: `build`, `runtime` and each extra."""
    document = tomllib.loads(PYPROJECT.read_text("utf-8"))
    project = document["project"]
    groups = {
        "build": document["build-system"]["requires"],
        "runtime": project["dependencies"],
        **project["optional-dependencies"],
    }
    return {
        group: [Requirement(line) for line in lines if Requirement(line).name != project["name"]]
        for group, lines in groups.items()
    }


def get_lower_bound(requirement: Requirement) -> Version | None:
    """Return the lowest version that a requirement allows: of `>=1.2`, and of `==1.2`."""
    for specifier in requirement.specifier:
        if specifier.operator in {">=", "=="}:
            return Version(specifier.version)
    return None


def find_unreached_bounds() -> list[str]:
    """Return a line for each requirement that is not installed at its lower bound."""
    lines = []
    for group, requirements in list_requirements().items():
        for requirement in requirements:
            if requirement.marker is not None and not requirement.marker.evaluate():
                continue
            installed = metadata.version(requirement.name)
            if get_lower_bound(requirement) != Version(installed):
                lines.append(f"{group}: {requirement}, but the lowest that could be installed is {installed}")
    return lines


def main() -> int:
    """Print the bounds that are not reached; return 1 if there are any."""
    lines = find_unreached_bounds()
    for line in lines:
        print(line, file=sys.stderr)
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
