"""What titles say: nothing improper, and no two words that make no sense together."""

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from lookalike_mocks.catalogue import LANGUAGES, Catalogue, ProductKind, load_kinds
from lookalike_mocks.catalogue.title import choose_words
from lookalike_mocks.catalogue.vocabulary import load_words, read_clashes

CHILDREN = {"boys", "girls", "babies", "students"}
ADULT = {"evening-dress", "high-heels", "pyjamas", "bra", "boxers", "lipstick", "sheet-mask", "handbag", "boots"}

# beginnings of words: "unisex" is none of them
FORBIDDEN = {
    "zh": ["性感", "情趣", "诱惑", "低胸", "透视", "暴露"],
    "en": ["sexy", "erotic", "seduct", "sensual", "see-through", "low-cut", "naughty"],
    "ru": ["сексу", "сексапил", "соблазн", "эрот", "чувствен"],
    "vi": ["gợi cảm", "khêu gợi", "quyến rũ", "sexy"],
    "ja": ["セクシー", "エロい", "エロティ", "誘惑"],
    "ko": ["섹시", "야한", "유혹", "에로"],
    "fr": ["sexy", "sensuel", "érot", "séduct", "coquin"],
    "pt": ["sexy", "sensual", "erót", "sedut"],
    "es": ["sexy", "sensual", "erót", "seduct", "provocativ"],
    "th": ["เซ็กซี่", "ยั่วยวน", "เร้าใจ"],
    "id": ["seksi", "erotis", "menggoda"],
    "ar": ["مثير", "جذاب", "إغراء", "مغري"],
    "tr": ["seksi", "erotik", "baştan çıkar"],
}

TOPS = "t-shirt shirt hoodie jacket"
LEGS = "casual-trousers shorts jeans skirt"
DRESSES = "dress evening-dress"
UNDERWEAR = "pyjamas bra boxers"
CLOTHES = f"{TOPS} {LEGS} {DRESSES} {UNDERWEAR}"
SHOES = "sneakers slippers boots high-heels"
FOOD = "mixed-nuts biscuits bottled-tea fruit-juice"
TOYS = "plush-toy building-blocks rc-car"
ELECTRIC = "rc-car earphones power-bank smart-watch"
DURABLE = " ".join(kind.id for kind in load_kinds() if kind.id not in f"{FOOD} lipstick sheet-mask".split())
TEXTILES = f"{CLOTHES} baseball-cap slippers plush-toy bedding-set pet-bed"

# a word that says something of a few kinds only -> those kinds
NARROW = {
    "loose-fit": CLOTHES,
    "slim-fit": CLOTHES,
    "high-waist": f"{LEGS} {DRESSES}",
    "elastic": CLOTHES,
    "wrinkle-free": f"{TOPS} {LEGS} {DRESSES}",
    "quick-drying": f"{CLOTHES} baseball-cap",
    "machine-washable": TEXTILES,
    "breathable": f"{TEXTILES} {SHOES} office-chair",
    "soft": TEXTILES,
    "warm": "hoodie jacket boots pet-bed",
    "windproof": "jacket umbrella",
    "waterproof": "jacket boots backpack suitcase rc-car earphones smart-watch",
    "sun-protection": "t-shirt baseball-cap umbrella",
    "thick-sole": "sneakers slippers boots",
    "sugar-free": "mixed-nuts biscuits bottled-tea",
    "low-calorie": "biscuits bottled-tea fruit-juice",
    "no-additives": f"{FOOD} sheet-mask",
    "individually-wrapped": "mixed-nuts biscuits sheet-mask",
    "moisturizing": "lipstick sheet-mask",
    "long-lasting": "lipstick",
    "rechargeable": ELECTRIC,
    "long-battery": ELECTRIC,
    "fast-charging": f"{ELECTRIC} charging-cable",
    "high-capacity": "power-bank",
    "wireless": "earphones",
    "noise-cancelling": "earphones",
    "replaceable-refill": "fountain-pen",
    "educational": "building-blocks",
    "easy-assembly": "office-chair bookshelf",
    "foldable": "umbrella sunglasses",
    "leakproof": "vacuum-flask",
    "heat-resistant": "frying-pan",
    "rust-proof": "necklace frying-pan screwdriver-set",
    "shockproof": "suitcase sunglasses rc-car phone-case",
    "large-capacity": "backpack handbag suitcase vacuum-flask",
    "adjustable": "necklace baseball-cap bra office-chair bookshelf",
    "preppy": "skirt backpack notebook",
    "workwear": f"{TOPS} {LEGS}",
    "bohemian": f"{DRESSES} necklace",
    "festive": "mixed-nuts biscuits fruit-juice",
    "men": "t-shirt shirt jacket casual-trousers shorts boxers pyjamas wallet sneakers sunglasses baseball-cap smart-watch sheet-mask",
    "women": f"hoodie {DRESSES} jeans skirt bra pyjamas handbag wallet {SHOES} necklace sunglasses lipstick sheet-mask smart-watch umbrella",
    "unisex": "t-shirt shorts backpack slippers necklace sunglasses baseball-cap smart-watch umbrella",
    "boys": f"shorts slippers baseball-cap {TOYS}",
    "girls": f"hoodie dress skirt necklace {TOYS}",
    "babies": "plush-toy",
    "pets": "pet-bed",
    "spring": f"{TOPS} {LEGS} {DRESSES} pyjamas {SHOES}",
    "summer": f"t-shirt shirt {LEGS} {DRESSES} pyjamas sneakers slippers high-heels",
    "autumn-winter": f"shirt hoodie jacket casual-trousers jeans skirt {DRESSES} pyjamas {SHOES}",
    "2024-new": DURABLE,
    "2025-new": DURABLE,
}

# words that a title never says together, each fine without the other
SENSELESS = {
    "spring": "warm plush",
    "summer": "warm plush",
    "autumn-winter": "ice-silk linen mesh eva",
    "boys": "slim-fit high-waist lace silk light-luxury business",
    "girls": "slim-fit high-waist lace silk light-luxury business",
    "babies": "slim-fit high-waist lace silk light-luxury business",
    "students": "slim-fit high-waist lace silk light-luxury business",
    "men": "lace high-waist",
    "sporty": "silk linen lace wrinkle-free",
    "outdoor": "pu-leather wool glass ceramic",
    "workwear": "ice-silk slim-fit wrinkle-free lace",
    "business": "loose-fit canvas",
    "light-luxury": "canvas",
    "elegant": "canvas denim",
    "preppy": "lace",
    "cute": "genuine-leather",
    "cartoon": "silk linen lace",
    "waterproof": "cotton wool canvas lace mesh linen silk",
    "windproof": "cotton lace mesh linen",
    "quick-drying": "cotton denim silk modal wool",
    "sun-protection": "mesh lace",
    "breathable": "pu-leather plush",
    "wrinkle-free": "linen silk",
    "elastic": "linen",
    "machine-washable": "silk wool genuine-leather",
    "easy-clean": "plush",
    "wear-resistant": "lace",
    "lightweight": "glass ceramic solid-wood",
    "shockproof": "nylon glass ceramic",
    "rust-proof": "glass ceramic aluminium-alloy abs",
    "warm": "linen ice-silk mesh",
}
PAIRS = {frozenset((one, other)) for one, others in SENSELESS.items() for other in others.split()}
KEYS = {key for group in load_words().values() for key in group}


def list_words(kind: ProductKind) -> set[str]:
    """Return the words that the kind has, colours apart."""
    return {*kind.materials, *kind.styles, *kind.features, *kind.audiences, *kind.seasons}


def list_titles(kind: ProductKind) -> Iterator[set[str]]:
    """Yield the words of every title that the kind can have, colours apart: a draw of zeros has a season and no colour."""
    lists = {34: kind.materials, 33: kind.styles, 37: kind.audiences, 38: kind.features, 31: kind.seasons}
    for numbers in product(*(range(max(1, len(keys))) for keys in lists.values())):
        drawn = bytearray(64)
        for place, number in zip(lists, numbers, strict=True):
            drawn[place] = number
        yield {key for _, key in choose_words(kind, bytes(drawn)).values() if key}


def find_forbidden(texts: list[str]) -> list[str]:
    """Return the texts with a forbidden word of any language."""
    stems = [stem for stems in FORBIDDEN.values() for stem in stems]
    return [text for text in texts if any(stem in text.casefold() for stem in stems)]


def test_no_word_is_improper() -> None:
    assert set(FORBIDDEN) == set(LANGUAGES)
    texts = [text for group in load_words().values() for word in group.values() for text in word.values()]
    texts += [noun for kind in load_kinds() for nouns in kind.noun.values() for noun in nouns]
    assert find_forbidden(texts) == []


def test_what_adults_wear_is_for_no_child() -> None:
    assert {kind.id for kind in load_kinds()} > ADULT
    assert {
        kind.id: kind.audiences for kind in load_kinds() if kind.id in ADULT and CHILDREN & set(kind.audiences)
    } == {}


def test_narrow_words_stay_with_their_kinds() -> None:
    for word, allowed in NARROW.items():
        assert {kind.id for kind in load_kinds()} >= set(allowed.split()), word
        assert {kind.id for kind in load_kinds() if word in list_words(kind)} <= set(allowed.split()), word


@pytest.mark.parametrize("kind", load_kinds(), ids=lambda kind: kind.id)
def test_no_title_makes_nonsense(kind: ProductKind) -> None:
    assert {key for pair in PAIRS for key in pair} <= KEYS
    said = {frozenset(pair) for title in list_titles(kind) for pair in combinations(sorted(title), 2)}
    assert said & PAIRS == set()


@pytest.mark.parametrize("kind", load_kinds(), ids=lambda kind: kind.id)
def test_every_word_of_a_kind_is_said(kind: ProductKind) -> None:
    assert set().union(*list_titles(kind)) == list_words(kind)


def test_every_clash_keeps_two_words_of_a_kind_apart() -> None:
    assert set(read_clashes()) == KEYS
    groups = [list_words(kind) for kind in load_kinds()]
    for word, others in read_clashes().items():
        assert all(any({word, other} <= said for said in groups) for other in others), word


@pytest.mark.exhaustive(4)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_is_improper(language: str) -> None:
    catalogue = Catalogue(0, 10_000)
    assert find_forbidden([catalogue.get_product(index).get_title(language) for index in range(catalogue.size)]) == []
