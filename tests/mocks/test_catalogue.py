"""The catalogue: functions of a seed, whatever its size."""

from collections import Counter
from collections.abc import Mapping
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike_mocks.catalogue import LANGUAGES, Catalogue, Query, find_products, ids, image, load_kinds
from lookalike_mocks.catalogue.catalogue import LABEL_BITS
from lookalike_mocks.catalogue.identicon import decode_identicon, draw_identicon, render_jpeg
from lookalike_mocks.catalogue.search import MIN_RANKED, RANKED_SPREAD
from lookalike_mocks.catalogue.vocabulary import load_localities, load_shop_words, load_words

INDEXES = st.integers(0, 10**12 - 1)
IMAGES = st.text(max_size=30).map(lambda text: image.identify_by_url(f"https://cbu01.alicdn.com/{text}.jpg"))
SIZES = st.sampled_from([1, 2, 47, 48, 49, 100, 1000, 10**4, 10**6])


def everything(catalogue: Catalogue, query: Query) -> list[int]:
    found, total = find_products(catalogue, query, 0, 10**6)
    assert len(found) == total
    return found


@given(IMAGES, SIZES)
def test_a_search_finds_every_product_once(shown: image.ImageIdentity, size: int) -> None:
    found = everything(Catalogue(0, size), Query(image=shown))
    assert len(set(found)) == len(found) <= MIN_RANKED + RANKED_SPREAD
    assert len(found) >= min(size, MIN_RANKED)
    assert all(0 <= index < size for index in found)


@given(IMAGES, SIZES, st.integers(1, 60))
def test_pages_make_up_the_whole(shown: image.ImageIdentity, size: int, count: int) -> None:
    catalogue, query = Catalogue(0, size), Query(image=shown)
    whole, paged, start = everything(catalogue, query), [], 0
    while page := find_products(catalogue, query, start, count)[0]:
        paged += page
        start += count
    assert paged == whole


@given(st.integers(0, 999_999), st.sampled_from([10**6, 2 * 10**6]))
def test_a_products_image_finds_that_product_first(index: int, size: int) -> None:
    assert find_products(Catalogue(3, size), Query(image=image.identify_by_product(index)), 0, 1)[0] == [index]


@given(IMAGES, st.integers(100, 3000), st.integers(0, 6000))
def test_a_price_range_holds_both_ends(shown: image.ImageIdentity, low: int, width: int) -> None:
    catalogue = Catalogue(0, 10**5)
    whole = everything(catalogue, Query(image=shown))
    ranged = everything(catalogue, Query(image=shown, min_price=low, max_price=low + width))
    assert ranged == [index for index in whole if low <= catalogue.get_product(index).price <= low + width]


def test_both_ends_of_a_price_range_count() -> None:
    catalogue = Catalogue(0, 1000)
    price = catalogue.get_product(7).price
    assert 7 in everything(catalogue, Query(image=image.identify_by_product(7), min_price=price, max_price=price))


def test_a_label_that_nobody_bears_finds_nothing() -> None:
    catalogue = Catalogue(0, 1000)
    assert everything(catalogue, Query(image=image.identify_by_product(7), labels=frozenset(("nonsense",)))) == []


def test_labels_are_those_of_the_products() -> None:
    catalogue = Catalogue(0, 1000)
    for label in LABEL_BITS:
        bearing = everything(catalogue, Query(image=image.identify_by_product(7), labels=frozenset((label,))))
        assert all(label in catalogue.get_product(index).labels for index in bearing)
        whole = everything(catalogue, Query(image=image.identify_by_product(7)))
        assert bearing == [index for index in whole if catalogue.get_product(index).has_label(label)]


def test_what_is_known_of_products_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike_mocks.catalogue.catalogue.MAX_FACTS", 10)
    facts = Catalogue(0, 1000).facts
    assert all(facts[index].price == Catalogue(0, 1000).get_product(index).price for index in range(25))
    assert len(facts) <= 10


@pytest.mark.parametrize("sort", ["price", "-price", "repurchase", "-repurchase", "sales", "-sales"])
def test_sorts(sort: str) -> None:
    catalogue = Catalogue(0, 10**5)
    products = [
        catalogue.get_product(index)
        for index in everything(catalogue, Query(image=image.identify_by_url("x"), sort=sort))
    ]
    field = {"price": "price", "repurchase": "repurchase", "sales": "sales_month"}[sort.removeprefix("-")]
    values = [getattr(product, field) for product in products]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len(set(values)) > 5


def test_a_keyword_stands_in_every_title() -> None:
    catalogue = Catalogue(0, 10**5)
    shown = image.identify_by_product(480)
    word = catalogue.get_product(480).get_title("en").split()[0]
    found = everything(catalogue, Query(image=shown, keyword=word, language="en"))
    assert 0 < len(found) < len(everything(catalogue, Query(image=shown)))
    assert all(word.casefold() in catalogue.get_product(index).get_title("en").casefold() for index in found)


@pytest.mark.parametrize("size", [10, 200, 10**5])
def test_a_category_confines(size: int) -> None:
    catalogue = Catalogue(0, size)
    allowed = frozenset((3, 4))
    found = everything(catalogue, Query(image=image.identify_by_url("x"), kinds=allowed))
    assert {index % len(load_kinds()) for index in found} <= allowed
    assert found


@given(INDEXES)
def test_names_carry_their_index(index: int) -> None:
    code = ids.encode_image_code(index % ids.CODE_COUNT)
    assert ids.decode_image_code(f"https://img.alicdn.com/i2/1/O1CN01{code}_!!1-0-cib.jpg") == index % ids.CODE_COUNT
    assert ids.decode_offer_id(ids.encode_offer_id(index % ids.OFFER_MODULUS)) == index % ids.OFFER_MODULUS
    assert ids.decode_image_id(ids.encode_image_id(index)) == index
    assert len(ids.encode_image_id(index)) == 19


@given(INDEXES, st.integers(0, 16), st.sampled_from("0aZ"))
def test_a_changed_name_carries_none(index: int, place: int, letter: str) -> None:
    code = ids.encode_image_code(index % ids.CODE_COUNT)
    changed = code[:place] + letter + code[place + 1 :]
    found = ids.decode_image_code(f"O1CN01{changed}_")
    assert found == (index % ids.CODE_COUNT if changed == code else None)


@pytest.mark.parametrize(
    "address",
    ["https://cbu01.alicdn.com/a/b.jpg", "http://img.alicdn.com/a/b.jpg?x=1", "//cbu01.alicdn.com/a/b.jpg", "a/b.jpg"],
)
def test_the_same_image_has_many_addresses(address: str) -> None:
    assert image.identify_by_url(address) == image.identify_by_url("https://cbu01.alicdn.com/a/b.jpg")


@pytest.mark.parametrize("number", [0, 1, 77, 99_999, 10**6, 2**40 - 1])
@pytest.mark.parametrize("change", ["none", "small", "large", "recompressed", "palette"])
def test_an_image_can_be_read_off_again(number: int, change: str) -> None:
    shown = Image.open(BytesIO(render_jpeg(number)))
    changed = {
        "none": lambda: shown,
        "small": lambda: shown.resize((100, 100)),
        "large": lambda: shown.resize((1500, 1200)),
        "recompressed": lambda: _recompressed(shown),
        "palette": lambda: draw_identicon(number, 128).quantize(16),
    }[change]()
    assert decode_identicon(changed) == number


def _recompressed(shown: Image.Image) -> Image.Image:
    out = BytesIO()
    shown.save(out, "JPEG", quality=20)
    return Image.open(out)


def test_other_images_are_nobodys() -> None:
    assert decode_identicon(Image.new("RGB", (300, 300), "white")) is None
    assert decode_identicon(Image.linear_gradient("L")) is None


def test_seeds_make_other_goods() -> None:
    one, other = Catalogue(1, 1000), Catalogue(2, 1000)
    assert [one.get_product(i).price for i in range(50)] != [other.get_product(i).price for i in range(50)]
    assert [one.get_product(i).get_title("zh") for i in range(50)] == [
        Catalogue(1, 99).get_product(i).get_title("zh") for i in range(50)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_in_their_language(language: str) -> None:
    titles = [Catalogue(0, 10**4).get_product(index).get_title(language) for index in range(480)]
    assert all(titles)
    assert len(set(titles)) > 400
    script = {"ru": "абвгд", "ar": "ابتثج", "th": "กขคงจ", "zh": "的男女式", "ja": "のイスン", "ko": "이가용성"}
    letters = Counter("".join(titles))
    assert sum(letters[letter] for letter in script.get(language, "aeiou")) > 100


def test_every_word_has_every_language() -> None:
    tables: list[Mapping[str, object]] = [word for group in load_words().values() for word in group.values()]
    tables += [getattr(place, part) for place in load_localities() for part in ("province", "city", "district")]
    tables += [kind.noun for kind in load_kinds()]
    assert all(set(LANGUAGES) <= set(table) and all(table[language] for language in LANGUAGES) for table in tables)
    assert set(load_shop_words().trades) == {str(kind.aliyun) for kind in load_kinds()}


def test_kinds_use_words_that_exist() -> None:
    for kind in load_kinds():
        for group in ("materials", "styles", "features", "audiences"):
            assert set(getattr(kind, group)) <= set(load_words()[group])


def test_prices_and_tiers_make_sense() -> None:
    catalogue = Catalogue(0, 10**4)
    for index in range(2000):
        product = catalogue.get_product(index)
        low, high = product.kind.price
        assert low - 100 <= product.price <= high + 100
        assert product.price > 0
        assert product.original_price >= product.price
        prices = [price for _, price in product.tiers]
        assert prices == sorted(prices, reverse=True)
        assert not prices or prices[0] == product.price
        assert ("isOnePsaleFreePost" not in product.labels) or "isOnePsale" in product.labels
