"""The shelf: an index never gets another's item, and no more is kept than there are slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks.catalogue.catalogue import MAX_ITEM_CACHES, MAX_SLOTS, Catalogue, ItemCache


def number(catalogue: Catalogue, index: int, language: str) -> bytes:
    return f"{language}{index}".encode()


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 60))
def test_every_index_gets_its_own_item(asked: list[int], slots: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lookalike_mocks.catalogue.catalogue.MAX_SLOTS", slots)
        shelf = ItemCache(lambda index: b"%d" % index, 41)
    assert shelf.get(asked) == [b"%d" % index for index in asked]
    assert shelf.get(reversed(asked)) == [b"%d" % index for index in reversed(asked)]


def test_an_item_is_made_once_while_it_keeps_its_slot() -> None:
    made = []
    shelf = ItemCache(lambda index: made.append(index) or b"x", 10**6)
    shelf.get([1, 2, 1])
    assert made == [1, 2]
    shelf.get([1 + MAX_SLOTS, 1])
    assert made == [1, 2, 1 + MAX_SLOTS, 1]


def test_languages_and_makers_do_not_mix_and_are_bounded() -> None:
    catalogue = Catalogue(0, 100)
    for language in "abcdefghijkl":
        assert catalogue.get_item_cache(number, language).get([7]) == [f"{language}7".encode()]
    assert len(catalogue.item_caches) == MAX_ITEM_CACHES
    assert catalogue.get_item_cache(number, "a").get([7]) == [b"a7"]
