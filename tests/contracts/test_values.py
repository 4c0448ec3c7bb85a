"""Values for every parameter: the edges of each keyword, each held to the document once."""

from typing import Any

import pytest

from lookalike_contracts.generation import values as module
from lookalike_contracts.generation.free_parameters import find_free_parameters
from lookalike_contracts.generation.mutation import get_mutator
from lookalike_contracts.generation.values import build_value_pools, classify_value

from .subjects import OPERATIONS, create_context

DAJI_1688, TAOBAO, HIOBUY = "daji-1688/imageQuery", "daji-taobao/imageSearchByUrl", "hiobuy/queryByImage"
PICTURE, ADD, TMAPI = "aliyun/SearchImageByPic", "aliyun/AddImage", "tmapi/searchItemsByImageUrl"
JUDGED: list[tuple[str, str, Any, tuple[str, ...], bool]] = [
    (TMAPI, "page_size", "20", (), True),
    (TMAPI, "page_size", "21", ("maximum",), True),
    (TMAPI, "page_size", "0", ("minimum",), True),
    (TMAPI, "page_size", "x", ("type",), True),
    (TMAPI, "page_size", "0.5", ("type",), True),
    (TMAPI, "page_size", None, (), True),
    (TMAPI, "img_url", None, ("required",), True),
    (TMAPI, "page_size", " 5", (), False),
    (TMAPI, "page_size", "1_0", (), False),
    (TMAPI, "page_size", "5.0", ("type",), False),
    (TMAPI, "page", str(2**63), (), False),
    (TMAPI, "page", str(2**63 - 1), (), True),
    (TMAPI, "is_factory", "true", (), True),
    (TMAPI, "is_factory", "True", (), False),
    (TMAPI, "is_factory", "yes", (), False),
    (TMAPI, "is_factory", "AAA", ("type",), True),
    (TMAPI, "language", "xx", ("enum",), True),
    (DAJI_1688, "country", "en", (), True),
    (DAJI_1688, "priceStart", "1\n", ("pattern",), False),
    (DAJI_1688, "priceStart", "", ("",), False),
    (TAOBAO, "region", "1,2,3", ("pattern",), True),
    (ADD, "CustomContent", "x" * 4096, (), True),
    (ADD, "CustomContent", "x" * 4097, ("maxLength",), True),
    (PICTURE, "CategoryId", "10", ("enum",), True),
    (PICTURE, "InstanceName", None, ("required",), True),
    (PICTURE, "x-acs-version", "1", ("enum",), True),
    (HIOBUY, "img", 5, ("type",), True),
    (HIOBUY, "platform", None, ("required",), True),
    (HIOBUY, "filter", ["a"], (), True),
    (HIOBUY, "filter", [1], ("type",), True),
    ("daji-1688/uploadImage", "image_base64", None, ("required",), True),
]


@pytest.mark.parametrize(("at", "name", "value", "broken", "plain"), JUDGED)
def test_a_value_is_held_to_the_document(at: str, name: str, value: Any, broken: tuple[str, ...], plain: bool) -> None:
    one = create_context(at)
    found = classify_value(one, find_free_parameters(one)[name], value)
    assert (found.violated_keywords[: len(broken)] if broken else found.violated_keywords, found.is_unambiguous) == (
        broken,
        plain,
    )


def test_what_is_known_of_values_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    one, known = create_context(TMAPI), dict[Any, Any]()
    monkeypatch.setattr(module, "VALUE_CACHE", known)
    monkeypatch.setattr(module, "MAX_CACHED", 3)
    first = classify_value(one, find_free_parameters(one)["page"], "0")
    assert classify_value(one, find_free_parameters(one)["page"], "0") is first
    for page in range(1, 8):
        classify_value(one, find_free_parameters(one)["page"], str(page))
    assert 0 < len(known) <= 3


EDGES = [
    (TMAPI, "page_size", {"1", "20", "0", "21"}),
    (TAOBAO, "pageNo", {"0", "499", "-1", "500"}),
    (DAJI_1688, "country", {"en", "ru", "vi", "ja", "ko", "fr", "pt", "es", "th", "id", "ar", "zh", "AAA"}),
    (PICTURE, "Num", {"1", "100", "0", "101"}),
    (ADD, "IntAttr", {"-2147483648", "2147483647"}),
]


@pytest.mark.parametrize(("at", "name", "values"), EDGES)
def test_the_edges_of_every_keyword_are_among_them(at: str, name: str, values: set[str]) -> None:
    assert values <= {value.value for value in build_value_pools(create_context(at))[name]}


def test_the_edges_of_a_length_are_among_them() -> None:
    lengths = {len(value.value or "") for value in build_value_pools(create_context(ADD))["CustomContent"]}
    assert {4096, 4097} <= lengths


@pytest.mark.exhaustive(6)
@pytest.mark.parametrize("at", OPERATIONS)
def test_good_and_bad_stand_apart_and_the_simplest_is_first(at: str) -> None:
    for pool in build_value_pools(create_context(at)).values():
        assert pool[0].value is None
        rest = [bool(value.violated_keywords) for value in pool[1:]]
        assert rest == sorted(rest)


@pytest.mark.parametrize("at", OPERATIONS)
def test_proofs_and_names_of_operations_are_left_alone(at: str) -> None:
    one = create_context(at)
    assert not {*one.api.root.secrets, "Action", "x-acs-action", "Timestamp", "SignatureNonce", "x-acs-date"} & {
        *find_free_parameters(one)
    }


def test_another_seed_brings_other_values() -> None:
    one, other = (build_value_pools(create_context(DAJI_1688, seed=seed)) for seed in (0, 1))
    assert {v.value for v in one["beginPage"]} != {v.value for v in other["beginPage"]}


def test_a_parameter_that_a_variant_hides_is_none() -> None:
    hidden = create_context(DAJI_1688, {"image-parameter": "imageUrl"})
    assert "imageAddress" not in find_free_parameters(hidden)
    assert "imageUrl" in find_free_parameters(hidden)


def test_answers_are_kept_small() -> None:
    assert {name: value.value for name, value in get_mutator(create_context(TMAPI)).smallest_page_values.items()} == {
        "page_size": "1"
    }
    assert get_mutator(create_context(HIOBUY)).smallest_page_values == {}
