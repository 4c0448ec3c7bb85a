"""Daji's 1688 search."""

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

PICTURE = "1048608196202797156"


def test_a_page_of_goods(daji: image_search.Search) -> None:
    offers = list(islice(daji.offers(PICTURE, size=5), 5))
    assert len({offer.id for offer in offers}) == 5
    assert all(offer.price > 0 for offer in offers)


def test_all_pages(daji: image_search.Search, daji_1688: lookalike.MockApi) -> None:
    offers = list(daji.offers(PICTURE, size=50))
    assert len(daji_1688.journal) == -(-len(offers) // 50)


@pytest.mark.lookalike(situations="daji-1688/*", operation="imageQuery")
def test_every_situation(daji: image_search.Search, lookalike_situation: SituationDetails) -> None:
    try:
        offers = list(islice(daji.offers(PICTURE), 5))
    except SearchError as refused:
        assert refused.code == lookalike_situation.code
    except Unavailable:
        assert lookalike_situation.kind == "fault"
    else:
        assert lookalike_situation.kind != "error"
        assert all(offer.id for offer in offers)


@given(reply=responses("daji-1688"))
def test_whatever_is_answered(reply: Response) -> None:
    with httpx.Client(transport=replay_transport(reply)) as client:
        search = under_test(image_search.Daji)({"appKey": "key", "appSecret": "secret"}, client)
        try:
            assert all(offer.price > 0 for offer in islice(search.offers(PICTURE), 20))
        except SearchError as refused:
            assert refused.code != 200
