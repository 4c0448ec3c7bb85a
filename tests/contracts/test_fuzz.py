"""Drawn requests, good and bad, for every answer to be looked at."""

from collections.abc import Iterator
from dataclasses import replace

from lookalike_contracts.context import CheckContext
from lookalike_contracts.events import Event, ExchangeRecorded
from lookalike_contracts.finding import Exchange, Failure
from lookalike_contracts.fuzz import fuzz
from lookalike_contracts.registry import Check

from .subjects import create_context

TMAPI = "tmapi/searchItemsByImageUrl"


def _check(check_id: str, status: int) -> Check:
    """Minds answers of one status."""

    def look(_: CheckContext, exchange: Exchange) -> Iterator[Failure]:
        if exchange.response.status == status:
            yield Failure(f"HTTP {status}", exchanges=(exchange,))

    return Check(check_id, "", "", "", "", passive_function=look)


def test_nobody_minds_an_honest_server() -> None:
    one = create_context(TMAPI)
    assert list(fuzz(one, (_check("x/teapot", 418),))) == []
    assert one.session.request_count > 1


def test_each_check_has_its_own_simplest_request() -> None:
    found = dict(fuzz(create_context(TMAPI, cases=40), (_check("x/good", 200), _check("x/bad", 422))))
    by = {check.id: broken.exchanges[0].request.query for check, broken in found.items()} if found else {}
    assert by.keys() == {"x/good", "x/bad"}
    # the plain request is the simplest good one, and one change makes it a bad one
    assert by["x/good"].count(b"&") == 2
    assert by["x/bad"].count(b"&") <= 3


def test_without_a_check_nothing_is_asked() -> None:
    one = create_context(TMAPI)
    assert list(fuzz(one, ())) == []
    assert one.session.request_count == 0


def test_a_check_that_does_not_apply_is_left_out() -> None:
    one = create_context(TMAPI)
    assert list(fuzz(one, (replace(_check("x/good", 200), applies=lambda _: False),))) == []
    assert one.session.request_count == 0


def test_requests_that_go_astray_are_watched_too() -> None:
    seen: list[Exchange] = []

    def watch(event: Event) -> None:
        if isinstance(event, ExchangeRecorded):
            seen.append(event.exchange)

    one = replace(create_context(TMAPI, cases=3), publish=watch)
    list(fuzz(one, (_check("x/teapot", 418),)))
    plain = one.send_sample().request
    astray = [each for each in seen if (each.request.method, each.request.path) != (plain.method, plain.path)]
    assert [each.response.status for each in astray] == [404, 404]
