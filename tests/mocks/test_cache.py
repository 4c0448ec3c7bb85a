"""Rendered items are kept: an index never gets another's item, and no more is kept than there are slots."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike_mocks.catalogue import Catalogue, Product
from lookalike_mocks.context import RequestContext
from lookalike_mocks.vendors.common import MAX_ITEM_CACHES, MAX_SLOTS, ItemRenderer


def render(renderer: ItemRenderer, catalogue: Catalogue, indexes: Sequence[int], language: str) -> list[bytes]:
    # the situation is all that a page takes from the request
    context = cast("RequestContext", SimpleNamespace(situation=""))
    page = renderer.render_page(catalogue, indexes, language, context)
    return page[1:-1].split(b",") if indexes else []


def number(product: Product, language: str) -> bytes:
    return f"{language}{product.index}".encode()


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 60))
def test_every_index_gets_its_own_item(asked: list[int], slots: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lookalike_mocks.vendors.common.MAX_SLOTS", slots)
        renderer = ItemRenderer(number)
        catalogue = Catalogue(0, 41)
        assert render(renderer, catalogue, asked, "x") == [b"x%d" % index for index in asked]
        assert render(renderer, catalogue, asked[::-1], "x") == [b"x%d" % index for index in reversed(asked)]


def test_an_item_is_made_once_while_it_keeps_its_slot() -> None:
    made: list[int] = []

    def render_item(product: Product, _: str) -> bytes:
        made.append(product.index)
        return b"x"

    renderer = ItemRenderer(render_item)
    catalogue = Catalogue(0, 10**6)
    render(renderer, catalogue, [1, 2, 1], "en")
    assert made == [1, 2]
    render(renderer, catalogue, [1 + MAX_SLOTS], "en")
    render(renderer, catalogue, [2, 1], "en")
    assert made == [1, 2, 1 + MAX_SLOTS, 1]


def test_seeds_languages_and_makers_do_not_mix_and_are_bounded() -> None:
    renderer, other = ItemRenderer(number), ItemRenderer(lambda product, language: number(product, language) * 2)
    languages = [chr(ord("a") + step) for step in range(MAX_ITEM_CACHES + 4)]
    for language in languages:
        assert render(renderer, Catalogue(0, 100), [7], language) == [f"{language}7".encode()]
        assert render(other, Catalogue(0, 100), [7], language) == [f"{language}7{language}7".encode()]
    assert len(renderer.caches) == MAX_ITEM_CACHES
    assert render(renderer, Catalogue(0, 100), [7], "a") == [b"a7"]
    by_seed = ItemRenderer(lambda product, _: b"%d" % product.seed)
    assert [render(by_seed, Catalogue(seed, 100), [7], "en") for seed in (1, 2)] == [[b"1"], [b"2"]]


def test_a_page_that_was_answered_is_not_rendered_again() -> None:
    made: list[int] = []

    def render_item(product: Product, _: str) -> bytes:
        made.append(product.index)
        return b"x"

    renderer = ItemRenderer(render_item)
    for _ in range(3):
        render(renderer, Catalogue(0, 100), range(20), "en")
    assert made == list(range(20))
