"""What pyproject.toml asks of others' packages: from which version on, and why not beyond one."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from scripts import bounds

HOME = Path(__file__).parent.parent
REQUIREMENTS = [
    (group, requirement) for group, requirements in bounds.list_requirements().items() for requirement in requirements
]
CASES = [pytest.param(requirement, id=f"{group}-{requirement.name}") for group, requirement in REQUIREMENTS]
CAPPED = [
    pytest.param(requirement, id=f"{group}-{requirement.name}")
    for group, requirement in REQUIREMENTS
    if any(specifier.operator.startswith("<") for specifier in requirement.specifier)
]
# the rows of the table that says why: | click | `>=8.3.3` | … |
BOUNDS = re.findall(r"^\| (\S+) \| `([<>=][^`]*)` \| \S", (HOME / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("requirement", CASES)
def test_every_dependency_has_a_lower_bound(requirement: Requirement) -> None:
    assert bounds.get_lower_bound(requirement) is not None


def test_a_dependency_has_the_same_bounds_wherever_it_is_named() -> None:
    specifiers: dict[str, set[str]] = {}
    for _, requirement in REQUIREMENTS:
        specifiers.setdefault(requirement.name.lower(), set()).add(str(requirement.specifier))
    assert {name: several for name, several in specifiers.items() if len(several) > 1} == {}


@pytest.mark.parametrize("requirement", CAPPED)
def test_an_upper_bound_has_its_reason_in_the_table_of_bounds(requirement: Requirement) -> None:
    table = {name: Requirement(name + bound).specifier for name, bound in BOUNDS}
    assert table.get(requirement.name) == requirement.specifier


@pytest.mark.parametrize(("name", "bound"), BOUNDS)
def test_the_table_of_bounds_says_what_is_asked_for(name: str, bound: str) -> None:
    specifiers = {str(requirement.specifier) for _, requirement in REQUIREMENTS if requirement.name == name}
    assert specifiers == {str(Requirement(name + bound).specifier)}


def test_a_bound_that_nobody_reaches_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = Requirement("click>=8.3.3")
    unreached = Requirement("pyyaml>=6")
    elsewhere = Requirement("uvloop>=0.21; sys_platform == 'win32'")
    monkeypatch.setattr(bounds, "list_requirements", lambda: {"runtime": [reached, unreached, elsewhere]})
    monkeypatch.setattr(metadata, "version", {"click": "8.3.3", "pyyaml": "6.0.2"}.__getitem__)
    assert bounds.find_unreached_bounds() == ["runtime: pyyaml>=6, but the lowest that could be installed is 6.0.2"]
    assert bounds.main() == 1


def test_the_lower_bound_of_a_pin_is_the_pin() -> None:
    assert bounds.get_lower_bound(Requirement("sdk==4.4.0")) == Version("4.4.0")
    assert bounds.get_lower_bound(Requirement("mypy<3,>=2.4")) == Version("2.4")
    assert bounds.get_lower_bound(Requirement("click")) is None
