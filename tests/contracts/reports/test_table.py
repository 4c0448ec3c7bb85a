"""Coverage as a table of text."""

from __future__ import annotations

import re

from lookalike_contracts.coverage import Coverage
from lookalike_contracts.reports import render_coverage_table
from lookalike_specs import load_api

from .conftest import MakeReport


def test_each_api_has_a_line_and_each_kind_a_column(made: MakeReport) -> None:
    report = made()
    head, *rows = render_coverage_table(report).splitlines()
    totals = {api: report.coverage.sum_shares(api) for api in ("tmapi", "hiobuy")}
    assert re.split("  +", head) == ["coverage", *totals["tmapi"]]
    for row, (api, shares) in zip(rows, totals.items(), strict=True):
        assert row.split() == [api, *(f"{share.covered}/{share.total}" for share in shares.values())]
        assert [cell.start() for cell in re.finditer(r"\S+", row)] == [
            c.start() for c in re.finditer(r"\S+( \S+)*", head)
        ]


def test_what_a_document_has_none_of_is_a_dash(made: MakeReport) -> None:
    coverage, api = Coverage(), load_api("aliyun")
    coverage.add_operation(api, next(each for each in api.operations if each.id == "PostObject"))
    report = made(apis=(load_api("tmapi"), api), coverage=coverage)
    tmapi, aliyun = (line.split() for line in render_coverage_table(report).splitlines()[1:])
    assert set(tmapi[1:]) == {"-"}
    assert aliyun[-3:] == ["-", "-", "-"]
