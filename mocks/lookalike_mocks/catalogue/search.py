"""Search: what a query finds, in which order, and how many there are of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from ..memory.caches import cache_result
from .catalogue import Catalogue, ProductFacts, encode_labels
from .image import ImageIdentity
from .product import Product
from .subjects import Box, Subject, select_subject
from .vocabulary import load_kinds

# how many products look like a subject: 200 to 1,000, another number for each
MIN_RANKED = 200
RANKED_SPREAD = 801
SHUFFLE_COUNT = 16
KIND_COUNT = len(load_kinds())
MAX_FEN = 10**18
# of one index in a tuple
INDEX_BYTES = 40
# positions in `load_kinds()`; None allows all
AllowedKinds = frozenset[int] | None

# ascending; a "-" before the name reverses it
SORT_KEYS: dict[str, Callable[[ProductFacts], int]] = {
    "price": lambda facts: facts.price,
    "repurchase": lambda facts: facts.repurchase,
    "sales": lambda facts: facts.sales,
}
TRAIT_TESTS: dict[str, Callable[[Product], bool]] = {
    "factory": lambda product: product.shop.is_factory,
    "inspected": lambda product: product.shop.is_inspected,
    "free-postage": lambda product: product.has_free_postage,
}


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for. Prices in fen, both ends included; `labels` and `traits` must all hold; "" means likeness.

    `keyword` has to stand in the title of that `language` or in Chinese; `boost_text` only moves to the front what has
    it in its title.
    """

    image: ImageIdentity
    box: Box | None = None
    kinds: AllowedKinds = None
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
        """Return whether likeness alone decides, so that no product needs to be looked at."""
        return not (
            self.min_price
            or self.max_price is not None
            or self.labels
            or self.traits
            or self.keyword
            or self.boost_text
            or self.sort
        )


def find_products(catalogue: Catalogue, query: Query, start: int, count: int) -> tuple[list[int], int]:
    """Return the indexes of `count` products from rank `start` on, and how many the query finds in all."""
    if query.is_by_likeness_only:
        # the image, the box and the kinds are all that counts then, and much sooner looked up than the whole query
        indexes, total = _find_by_likeness(query.image, query.box, query.kinds, catalogue.size, start, count)
        return list(indexes), total
    matches = _filter_and_sort(catalogue, query)
    return list(matches[start : start + count]), len(matches)


# clients ask for a page again, to retry or to compare
@cache_result()
def _find_by_likeness(  # noqa: PLR0913, PLR0917 - the whole key of the cache
    image: ImageIdentity, box: Box | None, kinds: AllowedKinds, size: int, start: int, count: int
) -> tuple[tuple[int, ...], int]:
    subject = select_subject(image, size, box)
    total = count_ranked(subject, size, kinds)
    return tuple(rank_slice(subject, size, kinds, start, min(start + count, total))), total


@cache_result(lambda matches: INDEX_BYTES * len(matches))
def _filter_and_sort(catalogue: Catalogue, query: Query) -> tuple[int, ...]:
    """Return every index that the query finds, in its order."""
    subject = select_subject(query.image, catalogue.size, query.box)
    facts = catalogue.facts
    low = query.min_price
    high = query.max_price
    if high is None:
        high = MAX_FEN
    labels = encode_labels(query.labels)
    matches = []
    for index in rank_all(subject, catalogue.size, query.kinds):
        product_facts = facts[index]
        if low <= product_facts.price <= high and product_facts.labels & labels == labels:
            matches.append(index)
    # what the facts do not tell needs the product itself, which is ten times dearer: so it comes second
    if query.traits or query.keyword:
        words = split_words(query.keyword)
        matches = [index for index in matches if _matches(query, words, catalogue.get_product(index))]
    if query.boost_text:
        boost_words = split_words(query.boost_text)
        matches.sort(key=lambda index: not _title_contains(boost_words, query.language, catalogue.get_product(index)))
    if query.sort:
        sort_key = SORT_KEYS[query.sort.removeprefix("-")]
        # stable: of products with the same price, the most alike comes first
        matches.sort(key=lambda index: sort_key(facts[index]), reverse=query.sort.startswith("-"))
    return tuple(matches)


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once, the longest first.

    So a text of 60 KB costs little, whatever stands in it: `e e e …` is one word, and of many different words the longest
    stands in hardly any title, which ends the comparison.
    """
    return tuple(sorted(set(text.casefold().split()), key=lambda word: (-len(word), word)))


def _matches(query: Query, words: Sequence[str], product: Product) -> bool:
    if not all(TRAIT_TESTS[trait](product) for trait in query.traits):
        return False
    return not words or _title_contains(words, query.language, product)


def _title_contains(words: Sequence[str], language: str, product: Product) -> bool:
    """Return whether every word stands in the product's title, in that language or in Chinese."""
    text = f"{product.get_title(language)} {product.get_title('zh')}".casefold()
    return all(word in text for word in words)


def count_ranked(subject: Subject, size: int, allowed: AllowedKinds) -> int:
    """Return how many products a ranking holds, in a catalogue of that size and among the allowed kinds."""
    reach = min(size, MIN_RANKED + subject.number % RANKED_SPREAD)
    if allowed is None:
        return reach
    return min(reach, sum(_count_products(size, kind) for kind in allowed))


def rank_all(subject: Subject, size: int, allowed: AllowedKinds) -> list[int]:
    """Return the indexes of all products of a ranking."""
    return rank_slice(subject, size, allowed, 0, count_ranked(subject, size, allowed))


def rank_slice(subject: Subject, size: int, allowed: AllowedKinds, start: int, stop: int) -> list[int]:
    """Return the indexes of the products from rank `start` to before rank `stop`, which is not beyond the total.

    A ranking is never stored: it is the allowed kinds one after the other, and each kind is a ring of its products.
    """
    indexes: list[int] = []
    # ranks to pass over before the page begins
    skipped = start
    wanted = stop - start
    for kind in _order_allowed_kinds(subject, allowed):
        population = _count_products(size, kind)
        if skipped < population:
            high = min(population, skipped + wanted - len(indexes))
            indexes += _list_neighbours(subject, kind, population, skipped, high)
        skipped = max(0, skipped - population)
        if len(indexes) >= wanted:
            break
    return indexes


def _list_neighbours(subject: Subject, kind: int, population: int, low: int, high: int) -> list[int]:
    """Return the products of one kind from rank `low` to before rank `high`, in a ring that begins at the subject's.

    With five products of the kind and the subject like number 3, the ranking is 3, 4, 0, 1, 2; every other subject goes
    round the other way, so that two of them do not share the same neighbours.
    """
    # product i is of kind i % KIND_COUNT
    ring = range(kind, kind + population * KIND_COUNT, KIND_COUNT)
    first = subject.number % population
    if kind == subject.product_index % KIND_COUNT:
        first = subject.product_index // KIND_COUNT
    if subject.number % 2 == 0:
        ring = ring[::-1]
        first = population - 1 - first
    low += first
    high += first
    indexes = list(ring[low:high])
    if high > population:
        indexes += ring[max(0, low - population) : high - population]
    return indexes


def _count_products(size: int, kind: int) -> int:
    return (size - kind + KIND_COUNT - 1) // KIND_COUNT


def _order_allowed_kinds(subject: Subject, allowed: AllowedKinds) -> tuple[int, ...]:
    """Return every allowed kind, those most like the subject's first: its own, its category's, the others."""
    order = _order_kinds(subject.product_index % KIND_COUNT, subject.number % SHUFFLE_COUNT)
    if allowed is None:
        return order
    return tuple(kind for kind in order if kind in allowed)


@cache
def _order_kinds(own: int, shuffle: int) -> tuple[int, ...]:
    """Return the kinds from the own one outwards; what is equally unlike comes in one of SHUFFLE_COUNT orders."""
    kinds = load_kinds()

    def measure_distance(kind: int) -> tuple[bool, bool, int]:
        return kind != own, kinds[kind].aliyun != kinds[own].aliyun, kind ^ shuffle

    return tuple(sorted(range(len(kinds)), key=measure_distance))
