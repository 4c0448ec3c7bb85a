"""What every check is known by."""

import re
from collections.abc import Iterator

import pytest

from lookalike_contracts import registry
from lookalike_contracts.checks import select_checks
from lookalike_contracts.context import CheckContext
from lookalike_contracts.exceptions import UnknownCheck
from lookalike_contracts.finding import Exchange, Failure
from lookalike_contracts.registry import CHECKS, Check, active_check, passive_check
from lookalike_contracts.runner import PRECONDITION_CHECK

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
    assert all(text.strip() for text in (check.summary, check.rationale, check.remediation, check.source))
    assert check.summary.endswith(".")
    assert check.severity in ("error", "warning")
    assert (check.passive_function is None) != (check.active_function is None)


def test_a_check_that_looks_and_one_that_asks_are_registered(checks: dict[str, Check]) -> None:
    @passive_check("a/look", summary="s", rationale="w", remediation="h", source="o", severity="warning")
    def looks(_: CheckContext, __: Exchange) -> Iterator[Failure]:
        yield from ()

    @active_check("a/probe", summary="s", rationale="w", remediation="h", source="o", applies=lambda _: False)
    def probes(_: CheckContext) -> Iterator[Failure]:
        yield from ()

    assert list(checks) == ["a/look", "a/probe"]
    assert (checks["a/look"].passive_function, checks["a/look"].active_function, checks["a/look"].severity) == (
        looks,
        None,
        "warning",
    )
    assert (checks["a/probe"].passive_function, checks["a/probe"].active_function, checks["a/probe"].severity) == (
        None,
        probes,
        "error",
    )


def test_an_id_belongs_to_one_check(checks: dict[str, Check]) -> None:
    passive_check("a/look", summary="s", rationale="w", remediation="h", source="o")(lambda *_: iter(()))
    with pytest.raises(ValueError, match="a/look"):
        active_check("a/look", summary="s", rationale="w", remediation="h", source="o")(lambda *_: iter(()))


def test_checks_are_chosen_by_id_and_family() -> None:
    assert select_checks() == tuple(CHECKS.values())
    assert [check.id for check in select_checks((PRECONDITION_CHECK,))] == [PRECONDITION_CHECK]
    assert {check.family for check in select_checks(("paging",))} == {"paging"}
    assert {check.family for check in select_checks(skip=("paging",))} == {each.family for each in CHECKS.values()} - {
        "paging"
    }
    assert select_checks(("paging",), ("paging",)) == ()
    assert PRECONDITION_CHECK not in {check.id for check in select_checks(skip=(PRECONDITION_CHECK,))}


@pytest.mark.parametrize("name", ["", "pagin", "paging/", "paging/nothing", "*"])
def test_a_check_that_there_is_not_is_told(name: str) -> None:
    for only, skip in (((name,), ()), ((), (name,))):
        with pytest.raises(UnknownCheck) as wrong:
            select_checks(only, skip)
        assert (wrong.value.id, wrong.value.known_ids) == (name, tuple(CHECKS))
