"""Rendered items are kept: an index never gets another's item, and no more is kept than there are slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks.catalogue import Catalogue, Product
from lookalike_mocks.vendors.common import MAX_ITEM_CACHES, MAX_SLOTS, ItemRenderer


def number(product: Product, language: str) -> bytes:
    return f"{language}{product.index}".encode()


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 60))
def test_every_index_gets_its_own_item(asked: list[int], slots: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lookalike_mocks.vendors.common.MAX_SLOTS", slots)
        renderer = ItemRenderer(number)
        catalogue = Catalogue(0, 41)
        assert renderer.render(catalogue, asked, "x") == [b"x%d" % index for index in asked]
        assert renderer.render(catalogue, asked[::-1], "x") == [b"x%d" % index for index in reversed(asked)]


def test_an_item_is_made_once_while_it_keeps_its_slot() -> None:
    made = []
    renderer = ItemRenderer(lambda product, _: made.append(product.index) or b"x")
    catalogue = Catalogue(0, 10**6)
    renderer.render(catalogue, [1, 2, 1], "en")
    assert made == [1, 2]
    renderer.render(catalogue, [1 + MAX_SLOTS], "en")
    renderer.render(catalogue, [2, 1], "en")
    assert made == [1, 2, 1 + MAX_SLOTS, 1]


def test_seeds_languages_and_makers_do_not_mix_and_are_bounded() -> None:
    renderer, other = ItemRenderer(number), ItemRenderer(lambda product, language: number(product, language) * 2)
    languages = [chr(ord("a") + step) for step in range(MAX_ITEM_CACHES + 4)]
    for language in languages:
        assert renderer.render(Catalogue(0, 100), [7], language) == [f"{language}7".encode()]
        assert other.render(Catalogue(0, 100), [7], language) == [f"{language}7{language}7".encode()]
    assert len(renderer.caches) == MAX_ITEM_CACHES
    assert renderer.render(Catalogue(0, 100), [7], "a") == [b"a7"]
    by_seed = ItemRenderer(lambda product, _: b"%d" % product.seed)
    assert [by_seed.render(Catalogue(seed, 100), [7], "en") for seed in (1, 2)] == [[b"1"], [b"2"]]


def test_a_page_that_was_answered_is_not_rendered_again() -> None:
    made = []
    renderer = ItemRenderer(lambda product, _: made.append(product.index) or b"x")
    for _ in range(3):
        renderer.render(Catalogue(0, 100), range(20), "en")
    assert made == list(range(20))
