"""Search: what a query finds, in which order, and how many there are of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import msgspec

from .catalogue import Catalogue, ProductFacts, encode_labels
from .image import Box, ImageIdentity, Subject, select_subject
from .product import Product
from .vocabulary import load_kinds

MIN_RANKED = 200
RANKED_SPREAD = 801
SHUFFLE_COUNT = 16
KIND_COUNT = len(load_kinds())
AllowedKinds = frozenset[int] | None


def count_ranked(subject: Subject, size: int, allowed: AllowedKinds) -> int:
    """How many products a ranking holds, in a catalogue of that size and among the allowed kinds."""
    reach = min(size, MIN_RANKED + subject.number % RANKED_SPREAD)
    return reach if allowed is None else min(reach, sum(_count_products(size, kind) for kind in allowed))


def rank_all(subject: Subject, size: int, allowed: AllowedKinds) -> list[int]:
    """The indexes of all products of a ranking."""
    return rank_slice(subject, size, allowed, 0, count_ranked(subject, size, allowed))


def rank_slice(subject: Subject, size: int, allowed: AllowedKinds, start: int, stop: int) -> list[int]:
    """The indexes of the products from rank `start` to before rank `stop`, which is not beyond the total."""
    found: list[int] = []
    left = start
    wanted = stop - start
    for kind in _order_allowed_kinds(subject, allowed):
        population = _count_products(size, kind)
        if left < population:
            found += _list_neighbours(subject, kind, population, left, min(population, left + wanted - len(found)))
        left = max(0, left - population)
        if len(found) >= wanted:
            break
    return found


def _list_neighbours(subject: Subject, kind: int, population: int, low: int, high: int) -> list[int]:
    """Products of one kind in a ring; its last one's neighbour is its first."""
    ring = range(kind, kind + population * KIND_COUNT, KIND_COUNT)
    first = (
        subject.product_index // KIND_COUNT
        if kind == subject.product_index % KIND_COUNT
        else subject.number % population
    )
    if subject.number % 2 == 0:
        ring = ring[::-1]
        first = population - 1 - first
    low = first + low
    high = first + high
    found = list(ring[low:high])
    if high > population:
        found += ring[max(0, low - population) : high - population]
    return found


def _count_products(size: int, kind: int) -> int:
    return (size - kind + KIND_COUNT - 1) // KIND_COUNT


def _order_allowed_kinds(subject: Subject, allowed: AllowedKinds) -> tuple[int, ...]:
    """Every allowed kind, those most like the subject's first: its own, its category's, the others."""
    order = _order_kinds(subject.product_index % KIND_COUNT, subject.number % SHUFFLE_COUNT)
    return order if allowed is None else tuple(kind for kind in order if kind in allowed)


@cache
def _order_kinds(own: int, shuffle: int) -> tuple[int, ...]:
    """The kinds from the own one outwards; what is equally unlike comes in one of SHUFFLES orders."""
    table = load_kinds()
    return tuple(
        sorted(range(len(table)), key=lambda at: (at != own, table[at].aliyun != table[own].aliyun, at ^ shuffle))
    )


# ascending; a "-" before the name turns it round
SORT_KEYS: dict[str, Callable[[ProductFacts], int]] = {
    "price": lambda facts: facts.price,
    "repurchase": lambda facts: facts.repurchase,
    "sales": lambda facts: facts.sales,
}
MAX_FEN = 10**18


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. Prices in fen, both ends included; `labels` and `traits` must all hold; "" means likeness.

    `keyword` has to stand in the title of that `language` or in Chinese; `text` only brings forward what it names.
    """

    image: ImageIdentity
    box: Box | None = None
    kinds: frozenset[int] | None = None
    min_price: int = 0
    max_price: int | None = None
    labels: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    keyword: str = ""
    boost_text: str = ""
    language: str = "zh"
    sort: str = ""

    @property
    def is_by_likeness_only(self) -> bool:
        """Whether likeness alone decides, so that no product needs to be looked at."""
        return not (
            self.min_price
            or self.max_price is not None
            or self.labels
            or self.traits
            or self.keyword
            or self.boost_text
            or self.sort
        )


TRAIT_TESTS: dict[str, Callable[[Product], bool]] = {
    "factory": lambda product: product.shop.is_factory,
    "inspected": lambda product: product.shop.is_inspected,
    "free-postage": lambda product: product.has_free_postage,
}


def find_products(catalogue: Catalogue, query: Query, start: int, count: int) -> tuple[list[int], int]:
    """The indexes of `count` products from rank `start` on, and how many the query finds in all."""
    if query.is_by_likeness_only:
        subject = _select_subject(query.image, query.box, catalogue.size)
        size = catalogue.size
        most = count_ranked(subject, size, query.kinds)
        return rank_slice(subject, size, query.kinds, start, min(start + count, most)), most
    found = _filter_and_sort(catalogue, query)
    return list(found[start : start + count]), len(found)


@lru_cache(maxsize=4096)
def _select_subject(picture: ImageIdentity, box: Box | None, size: int) -> Subject:
    return select_subject(picture, size, box)


@lru_cache(maxsize=256)
def _filter_and_sort(catalogue: Catalogue, query: Query) -> tuple[int, ...]:
    """Every index that the query finds, in its order."""
    subject = _select_subject(query.image, query.box, catalogue.size)
    facts = catalogue.facts
    low = query.min_price
    high = MAX_FEN if query.max_price is None else query.max_price
    labels = encode_labels(query.labels)
    found = rank_all(subject, catalogue.size, query.kinds)
    kept = [at for at in found if low <= facts[at].price <= high and facts[at].labels & labels == labels]
    if query.traits or query.keyword:
        kept = [at for at in kept if _matches(query, catalogue.get_product(at))]
    if query.boost_text:
        kept.sort(key=lambda at: not _title_contains(query.boost_text, query.language, catalogue.get_product(at)))
    if query.sort:
        field = SORT_KEYS[query.sort.removeprefix("-")]
        kept.sort(key=lambda at: field(facts[at]), reverse=query.sort.startswith("-"))
    return tuple(kept)


def _matches(query: Query, product: Product) -> bool:
    if not all(TRAIT_TESTS[trait](product) for trait in query.traits):
        return False
    return not query.keyword or _title_contains(query.keyword, query.language, product)


def _title_contains(words: str, language: str, product: Product) -> bool:
    """Whether every word stands in the product's title, in that language or in Chinese."""
    text = f"{product.get_title(language)} {product.get_title('zh')}".casefold()
    return all(word in text for word in words.casefold().split())
