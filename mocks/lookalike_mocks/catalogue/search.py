"""Search: what a query finds, in which order, and how many there are of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

from .catalogue import Catalogue
from .facts import Facts, bits
from .picture import Picture
from .product import Product
from .ranking import everything, slice_of, total
from .subject import Box, Subject, at

# ascending; a "-" before the name turns it round
SORTS: dict[str, Callable[[Facts], int]] = {
    "price": lambda facts: facts.price,
    "repurchase": lambda facts: facts.repurchase,
    "sales": lambda facts: facts.sales,
}
MOST_FEN = 10**18


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. Prices in fen, both ends included; `labels` and `traits` must all hold; "" means likeness.

    `keyword` has to stand in the title of that `language` or in Chinese; `text` only brings forward what it names.
    """

    picture: Picture
    box: Box | None = None
    kinds: frozenset[int] | None = None
    low: int = 0
    high: int | None = None
    labels: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    keyword: str = ""
    text: str = ""
    language: str = "zh"
    sort: str = ""

    @property
    def plain(self) -> bool:
        """Whether likeness alone decides, so that no product needs to be looked at."""
        return not (
            self.low or self.high is not None or self.labels or self.traits or self.keyword or self.text or self.sort
        )


TRAITS: dict[str, Callable[[Product], bool]] = {
    "factory": lambda product: product.shop.is_factory,
    "inspected": lambda product: product.shop.is_inspected,
    "free-postage": lambda product: product.free_postage,
}


def find(catalogue: Catalogue, query: Query, start: int, count: int) -> tuple[list[int], int]:
    """The indexes of `count` products from rank `start` on, and how many the query finds in all."""
    if query.plain:
        subject, size = _subject(query.picture, query.box, catalogue.size), catalogue.size
        most = total(subject, size, query.kinds)
        return slice_of(subject, size, query.kinds, start, min(start + count, most)), most
    found = _sifted(catalogue, query)
    return list(found[start : start + count]), len(found)


@lru_cache(maxsize=4096)
def _subject(picture: Picture, box: Box | None, size: int) -> Subject:
    return at(picture, size, box)


@lru_cache(maxsize=256)
def _sifted(catalogue: Catalogue, query: Query) -> tuple[int, ...]:
    """Every index that the query finds, in its order."""
    subject, facts = _subject(query.picture, query.box, catalogue.size), catalogue.facts
    low, high, labels = query.low, MOST_FEN if query.high is None else query.high, bits(query.labels)
    found = everything(subject, catalogue.size, query.kinds)
    kept = [at for at in found if low <= facts[at].price <= high and facts[at].labels & labels == labels]
    if query.traits or query.keyword:
        kept = [at for at in kept if _fits(query, catalogue.product(at))]
    if query.text:
        kept.sort(key=lambda at: not _names(query.text, query.language, catalogue.product(at)))
    if query.sort:
        field = SORTS[query.sort.removeprefix("-")]
        kept.sort(key=lambda at: field(facts[at]), reverse=query.sort.startswith("-"))
    return tuple(kept)


def _fits(query: Query, product: Product) -> bool:
    if not all(TRAITS[trait](product) for trait in query.traits):
        return False
    return not query.keyword or _names(query.keyword, query.language, product)


def _names(words: str, language: str, product: Product) -> bool:
    """Whether every word stands in the product's title, in that language or in Chinese."""
    text = f"{product.title(language)} {product.title('zh')}".casefold()
    return all(word in text for word in words.casefold().split())
