"""What a run has met of the documents is counted, and what it has not met is not."""

from __future__ import annotations

import json

import msgspec
import pytest

from lookalike_contracts.coverage import Coverage, Covered, Share, shares
from lookalike_contracts.finding import Exchange
from lookalike_contracts.subject import Subject
from lookalike_mocks import Mock
from lookalike_specs import ids, load, variants

from .saboteurs.saboteur import Direct


def subject(mock: Mock, api: str, operation: str, coverage: Coverage) -> Subject:
    loaded = load(api)
    found = next(each for each in loaded.operations if each.id == operation)
    return Subject(loaded, found, Direct(mock), loaded.account, variants(loaded, {}), watch=coverage.watch)


def searched(mock: Mock, *changes: dict[str, object]) -> Covered:
    coverage = Coverage()
    asked = subject(mock, "tmapi", "searchItemsByImageUrl", coverage)
    for each in changes:
        asked.ask(**each)
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
    assert tuple(counter[name] for counter in covered.sent) == counts


def test_values_of_enumerations(mock: Mock) -> None:
    covered = searched(mock, {"language": "ru"}, {"language": "ru"}, {"language": "xx"}, {"is_factory": "true"})
    assert covered.values["language", "ru"] == 2
    assert not {value for name, value in covered.values if name == "language"} - {"ru", "en"}


def test_errors_and_fields(mock: Mock) -> None:
    covered = searched(mock, {"page_size": 3}, {"page_size": 500})
    assert covered.asked == 2
    assert covered.errors["422"] == 1
    assert covered.fields["/data/items/*/title", "present"] == 3
    assert covered.fields["/code", "present"] == 1


def test_null_and_absent_are_told_apart(mock: Mock) -> None:
    coverage = Coverage()
    asked = subject(mock, "daji-1688", "imageQuery", coverage)
    asked.ask(pageSize=20)
    fields = coverage.operations["daji-1688", "imageQuery"].fields
    price = "/data/data/*/priceInfo/jxhyPrice"
    assert fields[price, "null"] + fields[price, "present"] == 20
    assert fields[price, "absent"] == 0


def test_a_field_that_is_not_there_is_absent(mock: Mock) -> None:
    coverage = Coverage()
    asked = subject(mock, "tmapi", "searchItemsByImageUrl", coverage)
    reply = asked.ask(page_size=2).reply
    body = json.loads(reply.body)
    del body["data"]["items"][0]["title"]
    body["data"]["items"][1]["title"] = None
    answer = msgspec.structs.replace(reply, body=json.dumps(body).encode())
    coverage.watch(asked, Exchange(asked.signed(asked.values()), answer))
    seen = coverage.operations["tmapi", "searchItemsByImageUrl"].fields
    title = "/data/items/*/title"
    assert [seen[title, sight] for sight in ("present", "null", "absent")] == [2, 1, 1]


def test_credentials_are_no_parameters() -> None:
    for api in map(load, ids()):
        for operation in api.operations:
            names = {each.name for each in Covered(api, operation).parameters}
            assert not names & {*api.account, *api.root.secrets}


def test_a_run_that_asked_nothing_has_met_nothing() -> None:
    coverage = Coverage()
    for operation in load("tmapi").operations:
        coverage.expect(load("tmapi"), operation)
    assert {share.met for share in coverage.totals("tmapi").values()} == {0}
    assert coverage.totals("tmapi")["operations"] == Share(0, 2)
    assert coverage.totals("hiobuy") == {}


@pytest.mark.parametrize("api", ids())
def test_every_share_is_of_what_the_document_has(api: str, mock: Mock) -> None:
    for operation in load(api).operations:
        coverage = Coverage()
        subject(mock, api, operation.id, coverage).ask()
        (covered,) = coverage.of(api)
        assert all(0 <= share.met <= share.of for share in shares(covered).values())
        assert shares(covered)["good values"].met > 0 or not covered.parameters
        assert shares(covered)["fields present"].met > 0 or not covered.shape


def test_shares_add_up_over_the_operations_of_an_api(mock: Mock) -> None:
    coverage = Coverage()
    for operation in ("searchItemsByImageUrl", "convertImageUrl"):
        subject(mock, "tmapi", operation, coverage).ask()
    first, second = map(shares, coverage.of("tmapi"))
    totals = coverage.totals("tmapi")
    assert totals["operations"] == Share(2, 2)
    assert totals == {
        kind: Share(first[kind].met + second[kind].met, first[kind].of + second[kind].of) for kind in first
    }


def test_only_what_may_be_absent_or_null_counts_as_such() -> None:
    covered = Covered(load("tmapi"), load("tmapi").operations[0])
    fields = covered.shape
    counts = {kind: share.of for kind, share in shares(covered).items() if kind.startswith("fields")}
    assert counts == {
        "fields present": len(fields),
        "fields null": sum(each.nullable for each in fields),
        "fields absent": sum(each.optional for each in fields),
    }
    assert len(set(counts.values())) == 3
