"""Known findings: accepted until a day, said when it has passed, said when they are gone, and wrong files told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lookalike_contracts.baseline import BadBaseline, Baseline, encode_baseline, index_check_results, load_baseline
from lookalike_contracts.finding import Finding
from lookalike_contracts.results import CheckResult

TODAY = date(2026, 1, 31)
FOUND = Finding("a/b", "error", "tmapi", "search", "is wrong", "/data/0", "/paths", (), 0)
OTHER = replace(FOUND, pointer="/data/other")
OUTCOME = CheckResult("a/b", "tmapi", "search", "failed", (FOUND,))
KNOWN = {
    "fingerprint": FOUND.fingerprint,
    "check": "a/b",
    "api": "tmapi",
    "operation": "search",
    "expires": "2026-01-31",
    "reason": "being mended",
}
TOML = f"""
[[accepted]]
fingerprint = "{FOUND.fingerprint}"
check = "a/b"
api = "tmapi"
operation = "search"
expires = 2026-01-31
reason = "being mended"
"""


def loaded(folder: Path, content: object, name: str = "known.json", today: date = TODAY) -> Baseline:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return load_baseline(path, today)


@pytest.mark.parametrize(
    ("name", "content"), [("k.json", {"accepted": [KNOWN]}), ("k.json", [KNOWN]), ("k.toml", TOML)], ids=str
)
def test_it_accepts_what_it_knows(tmp_path: Path, name: str, content: object) -> None:
    baseline = loaded(tmp_path, content, name)
    assert baseline.explain_acceptance(FOUND.fingerprint) == "until 2026-01-31: being mended"
    assert list(baseline.describe_stale_entries(index_check_results((OUTCOME,)))) == []


def test_it_accepts_nothing_else(tmp_path: Path) -> None:
    assert loaded(tmp_path, [KNOWN]).explain_acceptance(OTHER.fingerprint) == ""


def test_where_no_day_is_told_it_is_today(tmp_path: Path) -> None:
    loaded(tmp_path, [KNOWN | {"expires": "9999-12-31"}])
    assert (
        load_baseline(tmp_path / "known.json").explain_acceptance(FOUND.fingerprint) == "until 9999-12-31: being mended"
    )


def test_a_day_later_it_counts_again_and_that_is_said(tmp_path: Path) -> None:
    baseline = loaded(tmp_path, [KNOWN], today=date(2026, 2, 1))
    assert baseline.explain_acceptance(FOUND.fingerprint) == ""
    (note,) = baseline.describe_stale_entries(index_check_results((OUTCOME,)))
    assert note == f"no longer accepted since 2026-01-31: {FOUND.fingerprint} (a/b at tmapi/search)"


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ((CheckResult("a/b", "tmapi", "search", "passed"),), True),
        ((CheckResult("a/b", "tmapi", "search", "failed", (OTHER,)),), True),
        ((CheckResult("a/b", "tmapi", "search", "could not check"),), False),
        ((CheckResult("a/b", "tmapi", "other", "passed"),), False),
        ((), False),
    ],
)
def test_what_was_looked_for_and_not_found_is_said(
    tmp_path: Path, outcomes: tuple[CheckResult, ...], said: bool
) -> None:
    notes = list(loaded(tmp_path, [KNOWN]).describe_stale_entries(index_check_results(outcomes)))
    assert notes == ([f"accepted, but not found: {FOUND.fingerprint} (a/b at tmapi/search)"] if said else [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ([KNOWN | {"why": "x"}], "unknown field `why`"),
        ({"accepted": [], "version": 1}, "unknown field `version`"),
        ([{key: value for key, value in KNOWN.items() if key != "expires"}], "missing required field `expires`"),
        ([KNOWN | {"expires": "soon"}], "Invalid RFC3339 encoded date - at `$.accepted[0].expires`"),
        ([KNOWN, KNOWN], f"'{FOUND.fingerprint}' stands there twice"),
        ("{", "Input data was truncated"),
    ],
    ids=str,
)
def test_a_wrong_file_is_told(tmp_path: Path, content: object, problem: str) -> None:
    with pytest.raises(BadBaseline) as wrong:
        loaded(tmp_path, content)
    assert problem in str(wrong.value)
    assert str(wrong.value).startswith(str(tmp_path / "known.json"))


@pytest.mark.parametrize("name", ["known.json", "known.toml"])
def test_a_file_that_a_shell_wrote_in_utf_16_is_told_what_to_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('{"accepted": []}', "utf-16")
    with pytest.raises(BadBaseline, match=r"it is not UTF-8; save it as UTF-8$"):
        load_baseline(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadBaseline, match="No such file or directory"):
        load_baseline(tmp_path / "none.json")


def written(outcomes: tuple[CheckResult, ...], before: Baseline) -> list[dict[str, str]]:
    return json.loads(encode_baseline(index_check_results(outcomes), before))["accepted"]


def test_a_new_one_accepts_what_was_found(tmp_path: Path) -> None:
    content = encode_baseline(index_check_results((OUTCOME,)), Baseline(today=TODAY)).decode()
    assert (
        loaded(tmp_path, content).explain_acceptance(FOUND.fingerprint)
        == "until 2026-05-01: known when this file was written"
    )


def test_a_new_one_keeps_days_and_reasons(tmp_path: Path) -> None:
    assert written((OUTCOME,), loaded(tmp_path, [KNOWN])) == [KNOWN]


def test_a_new_one_gives_what_has_expired_another_day(tmp_path: Path) -> None:
    (known,) = written((OUTCOME,), loaded(tmp_path, [KNOWN], today=date(2026, 2, 1)))
    assert known["expires"] == "2026-05-02"


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (CheckResult("a/b", "tmapi", "search", "passed"), False),
        (CheckResult("a/b", "tmapi", "search", "could not check"), True),
        (CheckResult("a/b", "hiobuy", "search", "passed"), True),
    ],
)
def test_a_new_one_keeps_what_was_not_judged(tmp_path: Path, outcome: CheckResult, kept: bool) -> None:
    assert written((outcome,), loaded(tmp_path, [KNOWN])) == ([KNOWN] if kept else [])
