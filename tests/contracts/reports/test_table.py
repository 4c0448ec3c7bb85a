"""Coverage as the rows of a table."""

from __future__ import annotations

from lookalike_contracts.coverage import Coverage
from lookalike_contracts.reports import build_coverage_table
from lookalike_specs import load_api

from .conftest import MakeReport


def test_each_api_has_a_line_and_each_kind_a_column(make_report: MakeReport) -> None:
    report = make_report()
    head, *rows = build_coverage_table(report)
    totals = {api: report.coverage.sum_shares(api) for api in ("tmapi", "hiobuy")}
    assert head == ["coverage", *totals["tmapi"]]
    for row, (api, shares) in zip(rows, totals.items(), strict=True):
        assert row == [api, *(f"{share.covered}/{share.total}" for share in shares.values())]


def test_what_a_document_has_none_of_is_a_dash(make_report: MakeReport) -> None:
    coverage, api = Coverage(), load_api("aliyun")
    coverage.add_operation(api, next(operation for operation in api.operations if operation.id == "PostObject"))
    report = make_report(apis=(load_api("tmapi"), api), coverage=coverage)
    _, tmapi, aliyun = build_coverage_table(report)
    assert set(tmapi[1:]) == {"-"}
    assert aliyun[-3:] == ["-", "-", "-"]
