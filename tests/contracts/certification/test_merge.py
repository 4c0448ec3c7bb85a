"""Reports of clients and shards: joined in any order they are one and the same, and equal to that of the whole."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from importlib.resources import files
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lookalike_contracts.certification import reports
from lookalike_contracts.certification.case import Expectation
from lookalike_contracts.certification.exchange_text import CaseExchange, CaseMessage
from lookalike_contracts.certification.judge import Verdict
from lookalike_contracts.certification.reports import (
    CERTIFICATION_FORMATS,
    BadReport,
    CertificationReport,
    RunSettings,
    decode_report,
    merge_reports,
)
from lookalike_contracts.certification.reports.html.page import EXPECTATION_TEXTS, MARKS
from lookalike_contracts.certification.reports.report import (
    VERDICT_ORDER,
    CaseFinding,
    CaseReport,
    CertifiedClient,
    DescribedCheck,
    ReportedTool,
    get_case_order,
)
from lookalike_contracts.certification.shard import Shard
from lookalike_specs.provenance import Source

SCHEMA = json.loads((files(reports) / "schema.json").read_text("utf-8"))
CASE_IDS = ("tmapi/ok", "tmapi/439", "tmapi/503", "aliyun/ok", "aliyun/InternalError", "hiobuy/empty")
CHECK = DescribedCheck("failure/reported", "A failure is told.", "Or it is lost.", "Raise.", 1)
FINDING = CaseFinding(
    check=CHECK.id,
    severity="error",
    message="<script>alert(1)</script> ##vso[task] \x1b[2J",
    provenance=Source("documented", "a page"),
    fingerprint="0123456789abcdef",
)
EXCHANGE = CaseExchange(1, CaseMessage("GET / HTTP/1.1"), CaseMessage("HTTP/1.1 200 OK", '{"code":439}'))


def build_case(client: str, case_id: str, verdict: Verdict = "passed", seconds: float = 0.5) -> CaseReport:
    api, _, situation = case_id.partition("/")
    return CaseReport(
        client=client,
        id=case_id,
        api=api,
        operation="search",
        situation=situation,
        task="search",
        expectation="items",
        verdict=verdict,
        seconds=seconds,
        requests=1,
        findings=(FINDING,) if verdict == "failed" else (),
        exchanges=(EXCHANGE,),
        rerun_command="lookalike certify tmapi --client 'a:b' --only tmapi/439",
    )


def build_report(
    cases: list[CaseReport], planned: Mapping[str, tuple[str, ...]], suite: int = 1, version: str = "0.1.0"
) -> CertificationReport:
    return CertificationReport(
        tool=ReportedTool(version),
        settings=RunSettings(suite, 0),
        exit_code=0,
        clients=tuple(CertifiedClient(name, "", ids) for name, ids in sorted(planned.items())),
        checks=(CHECK,),
        cases=tuple(sorted(cases, key=lambda case: (case.client, get_case_order(case.id)))),
    )


def merge(*parts: CertificationReport) -> CertificationReport:
    return merge_reports([(f"{number}.json", part) for number, part in enumerate(parts)])


@st.composite
def draw_report(draw: st.DrawFn) -> CertificationReport:
    # few of each, so that most reports have a case in common that came out otherwise
    clients = draw(st.sets(st.sampled_from(["a", "b"]), min_size=1))
    planned: dict[str, tuple[str, ...]] = {}
    cases: list[CaseReport] = []
    for client in sorted(clients):
        ids = sorted(draw(st.sets(st.sampled_from(CASE_IDS[:3]))), key=get_case_order)
        planned[client] = tuple(ids)
        for case_id in ids:
            if draw(st.booleans()):
                verdict = draw(st.sampled_from(VERDICT_ORDER[:2]))
                cases.append(build_case(client, case_id, verdict, draw(st.sampled_from([0.1, 0.2]))))
    return build_report(cases, planned)


@given(draw_report(), draw_report(), draw_report())
def test_the_order_of_files_and_repeated_ones_make_no_difference(
    first: CertificationReport, second: CertificationReport, third: CertificationReport
) -> None:
    merged = merge(first, second, third)
    assert merge(third, first, second) == merged
    assert merge(first, merge(second, third)) == merged
    assert merge(merge(first, second), third) == merged
    assert merge(first, second, third, second) == merged
    assert merge(merged) == merged


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_shards_merged_are_the_whole(count: int, shuffler: random.Random) -> None:
    verdicts = dict(zip(CASE_IDS, VERDICT_ORDER, strict=True))
    planned = {"a": tuple(sorted(CASE_IDS, key=get_case_order))}
    cases = [build_case("a", case_id, verdict) for case_id, verdict in verdicts.items()]
    parts = []
    for number in range(1, count + 1):
        shard = Shard(number, count)
        parts.append(build_report([case for case in cases if shard.has_case(case.id)], planned))
    shuffler.shuffle(parts)
    assert merge(*parts) == merge(build_report(cases, planned))
    assert merge(*parts).exit_code == 1


@given(st.text(alphabet="ab/é", min_size=1), st.integers(1, 50))
def test_every_case_is_in_exactly_one_shard(case_id: str, count: int) -> None:
    assert sum(Shard(number, count).has_case(case_id) for number in range(1, count + 1)) == 1


def test_a_case_stays_in_its_shard_from_one_release_to_the_next() -> None:
    shards = {case_id: next(n for n in range(1, 5) if Shard(n, 4).has_case(case_id)) for case_id in CASE_IDS}
    assert shards == {
        "tmapi/ok": 3, "tmapi/439": 2, "tmapi/503": 1, "aliyun/ok": 3, "aliyun/InternalError": 4, "hiobuy/empty": 3,
    }  # fmt: skip


def test_a_shard_that_is_missing_is_no_pass() -> None:
    planned = {"a": ("tmapi/ok", "tmapi/439")}
    merged = merge(build_report([build_case("a", "tmapi/ok")], planned))
    assert merged.missing == (("a", "tmapi/439"),)
    assert merged.exit_code == 3


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (("passed", "failed"), "failed"),
        # a machine that was full, and played it again
        (("not judged", "passed"), "passed"),
        (("not judged", "not judged"), "not judged"),
    ],
)
def test_a_case_that_was_played_twice_has_one_verdict(verdicts: tuple[Verdict, Verdict], expected: Verdict) -> None:
    parts = [build_report([build_case("a", "tmapi/ok", verdict)], {"a": ("tmapi/ok",)}) for verdict in verdicts]
    assert [case.verdict for case in merge(*parts).cases] == [expected]
    assert merge(*parts) == merge(*reversed(parts))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (build_report([], {}, suite=2), "b.json: its suite is 2, and that of a.json is 1; they do not merge"),
        (build_report([], {}, version="0.2.0"), "b.json: its version of Lookalike is 0.2.0"),
        (
            msgspec.structs.replace(build_report([], {}), settings=RunSettings(1, 7)),
            "b.json: its seed is 7, and that of a.json is 0",
        ),
        (
            msgspec.structs.replace(build_report([], {}), settings=RunSettings(1, 0, ("documented",))),
            "its trust is documented, and that of a.json is documented,measured",
        ),
        (
            msgspec.structs.replace(build_report([], {}), settings=RunSettings(1, 0, variants={"paging": "x"})),
            "its variants is paging=x, and that of a.json is none",
        ),
    ],
)
def test_reports_with_other_settings_do_not_merge(other: CertificationReport, words: str) -> None:
    with pytest.raises(BadReport) as error_info:
        merge_reports([("a.json", build_report([], {})), ("b.json", other)])
    assert words in str(error_info.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is no report"),
        (b"<testsuites/>", "it is no report"),
        (b"[]", "it is no report"),
        (b"\xff\xfe{\x00", "it is no report"),
        (b"[" * 100_000, "it is no report"),
        (b'{"version":2,"settings":{}}', "its version is 2, and this program reads 1"),
        (b'{"version":1,"settings":{}}', "it is no report"),
        (
            msgspec.json.encode(msgspec.structs.replace(build_report([build_case("a", "x/y")], {}))),
            "which is not among its clients",
        ),
        (
            msgspec.json.encode(
                msgspec.structs.replace(build_report([build_case("a", "x/y", "failed")], {"a": ("x/y",)}), checks=())
            ),
            "which is not among its checks",
        ),
    ],
)
def test_a_file_that_is_no_report_is_named(data: bytes, words: str) -> None:
    with pytest.raises(BadReport) as error_info:
        decode_report("some.json", data)
    assert str(error_info.value).startswith("some.json: ")
    assert words in str(error_info.value)


@given(draw_report())
def test_what_is_written_is_read_again_and_fits_its_schema(report: CertificationReport) -> None:
    text = CERTIFICATION_FORMATS["json"](report)
    assert decode_report("a.json", b"\xef\xbb\xbf" + text.encode()) == report
    Draft202012Validator(SCHEMA).validate(json.loads(text))


@pytest.mark.parametrize("name", CERTIFICATION_FORMATS)
def test_no_format_obeys_what_a_client_says(name: str) -> None:
    cases = [build_case(client, case_id, "failed") for client in ("a", "b|c`") for case_id in CASE_IDS[:2]]
    report = merge(build_report(cases, {"a": CASE_IDS[:2], "b|c`": CASE_IDS[:3]}))
    text = CERTIFICATION_FORMATS[name](report)
    assert "##vso[" not in text
    assert "\x1b" not in text
    if name in ("html", "junit", "svg"):
        assert "<script>alert" not in text


@pytest.mark.parametrize("name", ["markdown", "html"])
def test_what_was_not_judged_for_one_reason_is_told_once(name: str) -> None:
    reason = "the driver does not say that it can upload"
    cases = [
        msgspec.structs.replace(build_case("a", case_id, "not judged"), reason=reason, rerun_command="")
        for case_id in CASE_IDS
    ]
    text = CERTIFICATION_FORMATS[name](merge(build_report(cases, {"a": CASE_IDS})))
    # besides the label of each cell of the page, and what it opens to
    prose = text.split('<section id="not-judged">')[-1].split("</section>")[0]
    assert prose.count(reason) == 1


def test_the_schema_and_the_page_know_every_expectation_and_verdict() -> None:
    fields = SCHEMA["properties"]["cases"]["items"]["properties"]
    assert set(fields["expectation"]["enum"]) == set(get_args(Expectation)) == set(EXPECTATION_TEXTS)
    assert set(fields["verdict"]["enum"]) == set(get_args(Verdict)) == set(MARKS)
