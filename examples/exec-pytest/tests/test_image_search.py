"""Tests that know nothing of Lookalike."""

import pytest
from image_search import SearchFailed, search

IMAGE_URL = "https://cbu01.alicdn.com/img/ibank/O1CN01abc.jpg"


def test_goods_have_ids_and_titles() -> None:
    items = search(IMAGE_URL, page_size=10)
    assert items
    assert all(item["item_id"] and item["title"] for item in items)


def test_two_pages_differ() -> None:
    first = [item["item_id"] for item in search(IMAGE_URL, page=1)]
    second = [item["item_id"] for item in search(IMAGE_URL, page=2)]
    assert first != second


def test_a_wrong_address_is_refused() -> None:
    with pytest.raises(SearchFailed, match="422"):
        search("no address")
