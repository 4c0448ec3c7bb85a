"""TMAPI's search."""

from __future__ import annotations

from itertools import islice

import httpx
import image_search
import pytest
from hypothesis import given
from image_search import SearchError, Unavailable

import lookalike
from conftest import under_test
from lookalike.strategies import replay_transport, responses
from lookalike_mocks.situations import SituationDetails
from lookalike_specs.messages import Response

PICTURE = "https://cbu01.alicdn.com/img/ibank/shoe.jpg"


def test_a_page_of_goods(titles: image_search.Search) -> None:
    assert [offer.title.isascii() for offer in islice(titles.offers(PICTURE, size=5), 5)] == [True] * 5


def test_a_crowded_moment(titles: image_search.Search, tmapi: lookalike.MockApi) -> None:
    with tmapi.situation("503", times=1), pytest.raises(SearchError, match="concurrency"):
        next(titles.offers(PICTURE))
    assert next(titles.offers(PICTURE))


@pytest.mark.lookalike(situations=["tmapi/*", "!tmapi/latency"], operation="searchItemsByImageUrl")
def test_every_situation(titles: image_search.Search, lookalike_situation: SituationDetails) -> None:
    try:
        list(islice(titles.offers(PICTURE), 5))
    except SearchError as refused:
        assert refused.message == lookalike_situation.message
    except Unavailable:
        assert lookalike_situation.kind == "fault"
    else:
        assert lookalike_situation.kind != "error"


@given(reply=responses("tmapi", variants={"error-format": "*"}))
def test_whatever_is_answered(reply: Response) -> None:
    with httpx.Client(transport=replay_transport(reply)) as client:
        search = under_test(image_search.Tmapi)({"apiToken": "token"}, client)
        try:
            assert all(offer.title for offer in islice(search.offers(PICTURE), 20))
        except SearchError as refused:
            assert refused.message
