"""The catalogue: functions of a seed, whatever its size."""

from collections import Counter
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike_mocks.catalogue import LANGUAGES, Catalogue, Query, find, kinds, names, picture
from lookalike_mocks.catalogue.facts import BITS
from lookalike_mocks.catalogue.identicon import image, jpeg, read
from lookalike_mocks.catalogue.ranking import NEAREST, REACH
from lookalike_mocks.catalogue.words import places, shops, words

INDEXES = st.integers(0, 10**12 - 1)
PICTURES = st.text(max_size=30).map(lambda text: picture.of_url(f"https://cbu01.alicdn.com/{text}.jpg"))
SIZES = st.sampled_from([1, 2, 47, 48, 49, 100, 1000, 10**4, 10**6])


def everything(catalogue: Catalogue, query: Query) -> list[int]:
    found, total = find(catalogue, query, 0, 10**6)
    assert len(found) == total
    return found


@given(PICTURES, SIZES)
def test_a_search_finds_every_product_once(shown: picture.Picture, size: int) -> None:
    found = everything(Catalogue(0, size), Query(picture=shown))
    assert len(set(found)) == len(found) <= NEAREST + REACH
    assert len(found) >= min(size, NEAREST)
    assert all(0 <= index < size for index in found)


@given(PICTURES, SIZES, st.integers(1, 60))
def test_pages_make_up_the_whole(shown: picture.Picture, size: int, count: int) -> None:
    catalogue, query = Catalogue(0, size), Query(picture=shown)
    whole, paged, start = everything(catalogue, query), [], 0
    while page := find(catalogue, query, start, count)[0]:
        paged += page
        start += count
    assert paged == whole


@given(st.integers(0, 999_999), st.sampled_from([10**6, 2 * 10**6]))
def test_a_products_picture_finds_that_product_first(index: int, size: int) -> None:
    assert find(Catalogue(3, size), Query(picture=picture.of_product(index)), 0, 1)[0] == [index]


@given(PICTURES, st.integers(100, 3000), st.integers(0, 6000))
def test_a_price_range_holds_both_ends(shown: picture.Picture, low: int, width: int) -> None:
    catalogue = Catalogue(0, 10**5)
    whole = everything(catalogue, Query(picture=shown))
    ranged = everything(catalogue, Query(picture=shown, low=low, high=low + width))
    assert ranged == [index for index in whole if low <= catalogue.product(index).price <= low + width]


def test_both_ends_of_a_price_range_count() -> None:
    catalogue = Catalogue(0, 1000)
    price = catalogue.product(7).price
    assert 7 in everything(catalogue, Query(picture=picture.of_product(7), low=price, high=price))


def test_a_label_that_nobody_bears_finds_nothing() -> None:
    catalogue = Catalogue(0, 1000)
    assert everything(catalogue, Query(picture=picture.of_product(7), labels=frozenset(("nonsense",)))) == []


def test_labels_are_those_of_the_products() -> None:
    catalogue = Catalogue(0, 1000)
    for label in BITS:
        bearing = everything(catalogue, Query(picture=picture.of_product(7), labels=frozenset((label,))))
        assert all(label in catalogue.product(index).labels for index in bearing)
        whole = everything(catalogue, Query(picture=picture.of_product(7)))
        assert bearing == [index for index in whole if catalogue.product(index).bears(label)]


def test_what_is_known_of_products_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike_mocks.catalogue.facts.LIMIT", 10)
    facts = Catalogue(0, 1000).facts
    assert all(facts[index].price == Catalogue(0, 1000).product(index).price for index in range(25))
    assert len(facts) <= 10


@pytest.mark.parametrize("sort", ["price", "-price", "repurchase", "-repurchase", "sales", "-sales"])
def test_sorts(sort: str) -> None:
    catalogue = Catalogue(0, 10**5)
    found = [catalogue.product(index) for index in everything(catalogue, Query(picture=picture.of_url("x"), sort=sort))]
    field = {"price": "price", "repurchase": "repurchase", "sales": "sales_month"}[sort.removeprefix("-")]
    values = [getattr(product, field) for product in found]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert len(set(values)) > 5


def test_a_keyword_stands_in_every_title() -> None:
    catalogue = Catalogue(0, 10**5)
    shown = picture.of_product(480)
    word = catalogue.product(480).title("en").split()[0]
    found = everything(catalogue, Query(picture=shown, keyword=word, language="en"))
    assert 0 < len(found) < len(everything(catalogue, Query(picture=shown)))
    assert all(word.casefold() in catalogue.product(index).title("en").casefold() for index in found)


@pytest.mark.parametrize("size", [10, 200, 10**5])
def test_a_category_confines(size: int) -> None:
    catalogue = Catalogue(0, size)
    allowed = frozenset((3, 4))
    found = everything(catalogue, Query(picture=picture.of_url("x"), kinds=allowed))
    assert {index % len(kinds()) for index in found} <= allowed
    assert found


@given(INDEXES)
def test_names_carry_their_index(index: int) -> None:
    code = names.picture_code(index % names.LIMIT)
    assert names.picture_index(f"https://img.alicdn.com/i2/1/O1CN01{code}_!!1-0-cib.jpg") == index % names.LIMIT
    assert names.offer_index(names.offer_id(index % names.MODULUS)) == index % names.MODULUS
    assert names.image_number(names.image_id(index)) == index
    assert len(names.image_id(index)) == 19


@given(INDEXES, st.integers(0, 16), st.sampled_from("0aZ"))
def test_a_changed_name_carries_none(index: int, place: int, letter: str) -> None:
    code = names.picture_code(index % names.LIMIT)
    changed = code[:place] + letter + code[place + 1 :]
    found = names.picture_index(f"O1CN01{changed}_")
    assert found == (index % names.LIMIT if changed == code else None)


@pytest.mark.parametrize(
    "address",
    ["https://cbu01.alicdn.com/a/b.jpg", "http://img.alicdn.com/a/b.jpg?x=1", "//cbu01.alicdn.com/a/b.jpg", "a/b.jpg"],
)
def test_the_same_picture_has_many_addresses(address: str) -> None:
    assert picture.of_url(address) == picture.of_url("https://cbu01.alicdn.com/a/b.jpg")


@pytest.mark.parametrize("number", [0, 1, 77, 99_999, 10**6, 2**40 - 1])
@pytest.mark.parametrize("change", ["none", "small", "large", "recompressed", "palette"])
def test_a_picture_can_be_read_off_again(number: int, change: str) -> None:
    shown = Image.open(BytesIO(jpeg(number)))
    changed = {
        "none": lambda: shown,
        "small": lambda: shown.resize((100, 100)),
        "large": lambda: shown.resize((1500, 1200)),
        "recompressed": lambda: _recompressed(shown),
        "palette": lambda: image(number, 128).quantize(16),
    }[change]()
    assert read(changed) == number


def _recompressed(shown: Image.Image) -> Image.Image:
    out = BytesIO()
    shown.save(out, "JPEG", quality=20)
    return Image.open(out)


def test_other_pictures_are_nobodys() -> None:
    assert read(Image.new("RGB", (300, 300), "white")) is None
    assert read(Image.linear_gradient("L")) is None


def test_seeds_make_other_goods() -> None:
    one, other = Catalogue(1, 1000), Catalogue(2, 1000)
    assert [one.product(i).price for i in range(50)] != [other.product(i).price for i in range(50)]
    assert [one.product(i).title("zh") for i in range(50)] == [
        Catalogue(1, 99).product(i).title("zh") for i in range(50)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_are_in_their_language(language: str) -> None:
    titles = [Catalogue(0, 10**4).product(index).title(language) for index in range(480)]
    assert all(titles)
    assert len(set(titles)) > 400
    script = {"ru": "абвгд", "ar": "ابتثج", "th": "กขคงจ", "zh": "的男女式", "ja": "のイスン", "ko": "이가용성"}
    letters = Counter("".join(titles))
    assert sum(letters[letter] for letter in script.get(language, "aeiou")) > 100


def test_every_word_has_every_language() -> None:
    tables = [word for group in words().values() for word in group.values()]
    tables += [getattr(place, part) for place in places() for part in ("province", "city", "district")]
    tables += [kind.noun for kind in kinds()]
    assert all(set(LANGUAGES) <= set(table) and all(table[language] for language in LANGUAGES) for table in tables)
    assert set(shops().trades) == {str(kind.aliyun) for kind in kinds()}


def test_kinds_use_words_that_exist() -> None:
    for kind in kinds():
        for group in ("materials", "styles", "features", "audiences"):
            assert set(getattr(kind, group)) <= set(words()[group])


def test_prices_and_tiers_make_sense() -> None:
    catalogue = Catalogue(0, 10**4)
    for index in range(2000):
        product = catalogue.product(index)
        low, high = product.kind.price
        assert low - 100 <= product.price <= high + 100
        assert product.price > 0
        assert product.original_price >= product.price
        prices = [price for _, price in product.tiers]
        assert prices == sorted(prices, reverse=True)
        assert not prices or prices[0] == product.price
        assert ("isOnePsaleFreePost" not in product.labels) or "isOnePsale" in product.labels
