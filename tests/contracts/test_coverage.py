"""What a run has met of the documents is counted, and what it has not met is not."""

from __future__ import annotations

import json

import msgspec
import pytest

from lookalike_contracts.context import CheckContext
from lookalike_contracts.coverage import (
    Coverage,
    CoverageShare,
    OperationCoverage,
    compute_shares,
    group_missing_errors,
)
from lookalike_contracts.events import ExchangeRecorded
from lookalike_contracts.finding import Exchange
from lookalike_contracts.session import Session
from lookalike_mocks import Mock
from lookalike_specs import list_api_ids, load_api, resolve_variants

from .mutants.mutant import InProcessTarget


def subject(mock: Mock, api: str, operation: str, coverage: Coverage) -> CheckContext:
    loaded = load_api(api)
    found = next(each for each in loaded.operations if each.id == operation)
    return CheckContext(
        loaded,
        found,
        Session(InProcessTarget(mock)),
        loaded.account,
        resolve_variants(loaded, {}),
        publish=coverage.handle_event,
    )


def searched(mock: Mock, *changes: dict[str, object]) -> OperationCoverage:
    coverage = Coverage()
    asked = subject(mock, "tmapi", "searchItemsByImageUrl", coverage)
    for change in changes:
        asked.send_sample(**change)
    return coverage.operations["tmapi", "searchItemsByImageUrl"]


@pytest.mark.parametrize(
    ("sent", "name", "counts"),
    [
        ({"page_size": 5}, "page_size", (1, 0, 0)),
        ({"page_size": 500}, "page_size", (0, 1, 0)),
        ({"page_size": "many"}, "page_size", (0, 1, 0)),
        ({"page_size": None}, "page_size", (0, 0, 1)),
        ({"sort": "price_up"}, "sort", (1, 0, 0)),
        ({"sort": "upwards"}, "sort", (0, 1, 0)),
    ],
)
def test_parameters_by_what_they_were_sent_with(mock: Mock, sent: dict[str, object], name: str, counts: object) -> None:
    covered = searched(mock, sent)
    assert tuple(counter[name] for counter in covered.parameter_counters) == counts


def test_values_of_enumerations(mock: Mock) -> None:
    covered = searched(mock, {"language": "ru"}, {"language": "ru"}, {"language": "xx"}, {"is_factory": "true"})
    assert covered.enum_values["language", "ru"] == 2
    assert not {value for name, value in covered.enum_values if name == "language"} - {"ru", "en"}


def test_errors_and_fields(mock: Mock) -> None:
    covered = searched(mock, {"page_size": 3}, {"page_size": 500})
    assert covered.request_count == 2
    assert covered.answered_errors["422"] == 1
    assert covered.seen_fields["/data/items/*/title", "present"] == 3
    assert covered.seen_fields["/code", "present"] == 1


def test_null_and_absent_are_told_apart(mock: Mock) -> None:
    coverage = Coverage()
    asked = subject(mock, "daji-1688", "imageQuery", coverage)
    asked.send_sample(pageSize=20)
    fields = coverage.operations["daji-1688", "imageQuery"].seen_fields
    price = "/data/data/*/priceInfo/jxhyPrice"
    assert fields[price, "null"] + fields[price, "present"] == 20
    assert fields[price, "absent"] == 0


def test_a_field_that_is_not_there_is_absent(mock: Mock) -> None:
    coverage = Coverage()
    asked = subject(mock, "tmapi", "searchItemsByImageUrl", coverage)
    reply = asked.send_sample(page_size=2).response
    body = json.loads(reply.body)
    del body["data"]["items"][0]["title"]
    body["data"]["items"][1]["title"] = None
    answer = msgspec.structs.replace(reply, body=json.dumps(body).encode())
    exchange = Exchange(asked.build_signed_request(asked.build_values()), answer)
    coverage.handle_event(ExchangeRecorded(asked, exchange))
    seen_fields = coverage.operations["tmapi", "searchItemsByImageUrl"].seen_fields
    title = "/data/items/*/title"
    assert [seen_fields[title, sight] for sight in ("present", "null", "absent")] == [2, 1, 1]


def test_credentials_are_no_parameters() -> None:
    for api in map(load_api, list_api_ids()):
        for operation in api.operations:
            names = {parameter.name for parameter in OperationCoverage(api, operation).parameters}
            assert not names & {*api.account, *api.root.secrets}


def test_a_run_that_asked_nothing_has_met_nothing() -> None:
    coverage = Coverage()
    for operation in load_api("tmapi").operations:
        coverage.add_operation(load_api("tmapi"), operation)
    assert {share.covered for share in coverage.sum_shares("tmapi").values()} == {0}
    assert coverage.sum_shares("tmapi")["operations"] == CoverageShare(0, 2)
    assert coverage.sum_shares("hiobuy") == {}


@pytest.mark.parametrize("api", list_api_ids())
def test_every_share_is_of_what_the_document_has(api: str, mock: Mock) -> None:
    for operation in load_api(api).operations:
        coverage = Coverage()
        subject(mock, api, operation.id, coverage).send_sample()
        (covered,) = coverage.list_operations(api)
        assert all(0 <= share.covered <= share.total for share in compute_shares(covered).values())
        assert compute_shares(covered)["good values"].covered > 0 or not covered.parameters
        assert compute_shares(covered)["fields present"].covered > 0 or not covered.documented_fields


def test_shares_add_up_over_the_operations_of_an_api(mock: Mock) -> None:
    coverage = Coverage()
    for operation in ("searchItemsByImageUrl", "convertImageUrl"):
        subject(mock, "tmapi", operation, coverage).send_sample()
    first, second = map(compute_shares, coverage.list_operations("tmapi"))
    totals = coverage.sum_shares("tmapi")
    assert totals["operations"] == CoverageShare(2, 2)
    assert totals == {
        kind: CoverageShare(first[kind].covered + second[kind].covered, first[kind].total + second[kind].total)
        for kind in first
    }


def test_only_what_may_be_absent_or_null_counts_as_such() -> None:
    covered = OperationCoverage(load_api("tmapi"), load_api("tmapi").operations[0])
    fields = covered.documented_fields
    counts = {kind: share.total for kind, share in compute_shares(covered).items() if kind.startswith("fields")}
    assert counts == {
        "fields present": len(fields),
        "fields null": sum(field.is_nullable for field in fields),
        "fields absent": sum(field.is_optional for field in fields),
    }
    assert len(set(counts.values())) == 3


def test_an_error_that_never_came_is_told_with_what_it_would_take() -> None:
    api = load_api("tmapi")
    coverage = Coverage()
    for operation in api.operations:
        coverage.add_operation(api, operation)
    for covered in coverage.operations.values():
        # the query's token alone; by default the header's counts as well
        covered.variants = resolve_variants(api, {"auth": "apiToken"})
    by_need = group_missing_errors(coverage, api)
    assert by_need["an account without balance"] == ["439", "insufficient-balance"]
    assert by_need["more requests at once than the server takes"] == ["503"]
    assert by_need["another variant"] == ["no-api-key-4011"]
    assert "499" in by_need["no request brings it"]
    (first, *_) = coverage.operations.values()
    first.answered_errors["439"] += 1
    assert group_missing_errors(coverage, api)["an account without balance"] == ["insufficient-balance"]


def test_errors_of_operations_that_were_not_asked_are_not_told() -> None:
    api = load_api("aliyun")
    coverage = Coverage()
    coverage.add_operation(api, next(operation for operation in api.operations if operation.id == "PostObject"))
    missing = {error for errors in group_missing_errors(coverage, api).values() for error in errors}
    assert "EntityTooSmall" in missing
    assert "InvalidInstance" not in missing
    assert group_missing_errors(Coverage(), api) == {}
