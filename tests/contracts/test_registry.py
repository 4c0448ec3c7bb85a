"""What every check is known by."""

import re
from collections.abc import Iterator

import pytest

from lookalike_contracts import registry
from lookalike_contracts.checks import chosen
from lookalike_contracts.errors import UnknownCheck
from lookalike_contracts.finding import Broken, Exchange
from lookalike_contracts.judge import GATE
from lookalike_contracts.registry import CHECKS, Check, look, probe
from lookalike_contracts.subject import Subject

ID = re.compile(r"[a-z]+/[a-z]+(-[a-z]+)*")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """An empty registry."""
    monkeypatch.setattr(registry, "CHECKS", found := {})
    return found


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_a_check_says_all_that_explain_tells(check: Check) -> None:
    assert ID.fullmatch(check.id)
    assert check.id.startswith(f"{check.family}/")
    assert all(text.strip() for text in (check.says, check.why, check.how, check.source))
    assert check.says.endswith(".")
    assert check.severity in ("error", "warning")
    assert (check.look is None) != (check.probe is None)


def test_a_check_that_looks_and_one_that_asks_are_registered(checks: dict[str, Check]) -> None:
    @look("a/look", says="s", why="w", how="h", source="o", severity="warning")
    def looks(_: Subject, __: Exchange) -> Iterator[Broken]:
        yield from ()

    @probe("a/probe", says="s", why="w", how="h", source="o", applies=lambda _: False)
    def probes(_: Subject) -> Iterator[Broken]:
        yield from ()

    assert list(checks) == ["a/look", "a/probe"]
    assert (checks["a/look"].look, checks["a/look"].probe, checks["a/look"].severity) == (looks, None, "warning")
    assert (checks["a/probe"].look, checks["a/probe"].probe, checks["a/probe"].severity) == (None, probes, "error")


def test_an_id_belongs_to_one_check(checks: dict[str, Check]) -> None:
    look("a/look", says="s", why="w", how="h", source="o")(lambda *_: iter(()))
    with pytest.raises(ValueError, match="a/look"):
        probe("a/look", says="s", why="w", how="h", source="o")(lambda *_: iter(()))


def test_checks_are_chosen_by_id_and_family() -> None:
    assert chosen() == tuple(CHECKS.values())
    assert [check.id for check in chosen((GATE,))] == [GATE]
    assert {check.family for check in chosen(("paging",))} == {"paging"}
    assert {check.family for check in chosen(skip=("paging",))} == {each.family for each in CHECKS.values()} - {
        "paging"
    }
    assert chosen(("paging",), ("paging",)) == ()
    assert GATE not in {check.id for check in chosen(skip=(GATE,))}


@pytest.mark.parametrize("name", ["", "pagin", "paging/", "paging/nothing", "*"])
def test_a_check_that_there_is_not_is_told(name: str) -> None:
    for only, skip in (((name,), ()), ((), (name,))):
        with pytest.raises(UnknownCheck) as wrong:
            chosen(only, skip)
        assert (wrong.value.id, wrong.value.known) == (name, tuple(CHECKS))
