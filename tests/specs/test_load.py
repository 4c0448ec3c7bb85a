"""A spec that says something which cannot be meant does not start, and is told where."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from lookalike_specs import SpecError, UnknownApi, UnknownVariant, ids, load, read, variants
from lookalike_specs.document import resolve
from lookalike_specs.load import build

Change = Callable[[dict[str, Any]], object]


def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/1688/global/search/image"]["get"]
    return found


WRONG: list[tuple[str, Change, str]] = [
    ("unknown root key", lambda d: d["x-lookalike"].update(colour="red"), "colour"),
    ("unknown operation key", lambda d: operation(d)["x-lookalike"].update(colour="red"), "colour"),
    ("no extension", lambda d: d.pop("x-lookalike"), "has no x-lookalike"),
    ("wrong type", lambda d: d["x-lookalike"]["errors"]["422"].update(status="many"), r"errors"),
    ("wrong kind of provenance", lambda d: d["x-lookalike"]["errors"]["422"].update({"x-provenance": {"kind": "guess"}}), "guess"),
    ("unknown refusal", lambda d: d["components"]["securitySchemes"]["apiToken"]["x-lookalike"]["errors"].update(bored="422"), "bored"),
    ("error not in the catalogue", lambda d: operation(d)["x-lookalike"]["errors"].update(default="999"), "'999'"),
    ("error of a parameter", lambda d: operation(d)["parameters"][0].update({"x-errors": {"type": "999"}}), "'999'"),
    ("routing", lambda d: d["x-lookalike"]["routing"].update(method="999"), "'999'"),
    ("account", lambda d: d["x-lookalike"]["accounts"]["expired"].update(error="999"), "'999'"),
    ("transport", lambda d: d["x-lookalike"]["errors"]["422"].update(transport="pigeon"), "'pigeon'"),
    ("variant's default", lambda d: d["x-lookalike"]["variants"]["booleans"].update(default="x"), "default 'x'"),
    ("unknown variant", lambda d: operation(d)["parameters"][0].update({"x-errors": {"type": {"variant": "x", "a": "422"}}}), "variant"),
    ("value without a reaction", lambda d: operation(d)["parameters"][0].update({"x-errors": {"type": {"variant": "booleans", "strict": "422"}}}), "each of its values"),
    ("seen with an unknown variant", lambda d: operation(d)["parameters"][0].update({"x-when": {"variant": "x", "values": ["a"]}}), "'x' is no variant"),
    ("seen with an unknown value", lambda d: operation(d)["parameters"][0].update({"x-when": {"variant": "booleans", "values": ["x"]}}), "is no variant"),
    ("seen when, misspelt", lambda d: operation(d)["parameters"][0].update({"x-when": {"variants": "booleans"}}), "x-when"),
    ("parameter twice", lambda d: operation(d)["parameters"].append(operation(d)["parameters"][0]), "stands twice"),
    ("rule on nothing", lambda d: operation(d)["x-lookalike"].update(rules=[{"rule": "any-of", "parameters": ["x"], "error": "422"}]), "rule on 'x'"),
    ("nobody may call", lambda d: operation(d).update(security=[]), "who may call"),
    ("magic without situation", lambda d: d["x-lookalike"]["magic"].append({"parameter": "page", "template": "x"}), "situation"),
    ("magic of nothing", lambda d: d["x-lookalike"]["magic"].append({"template": "{situation}"}), "a credential or a parameter"),
    ("unread body", lambda d: operation(d).update(requestBody={"content": {"text/csv": {"schema": {}}}}), "text/csv is not read"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_spec_does_not_start(change: Change, told: str) -> None:
    document = deepcopy(read("tmapi"))
    change(document)
    with pytest.raises(SpecError, match=told):
        build("tmapi", document)


def test_every_api_loads() -> None:
    assert ids() == ("aliyun", "daji-1688", "daji-taobao", "hiobuy", "tmapi")
    assert [load(api).id for api in ids()] == list(ids())


def test_an_unknown_api_is_named() -> None:
    with pytest.raises(UnknownApi, match="unknown API 'x'; known: aliyun"):
        load("x")


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(UnknownVariant, match="tmapi: booleans is one of lenient, strict, not 'x'"):
        variants(load("tmapi"), {"booleans": "x"})


def test_references_in_a_circle_are_refused() -> None:
    document = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}
    with pytest.raises(SpecError, match="in a circle"):
        resolve(document, document["a"])


def test_a_reference_to_nothing_is_named() -> None:
    with pytest.raises(SpecError, match="#/b: points to nothing"):
        resolve({}, {"$ref": "#/b"})


def test_a_reference_is_local_and_keeps_what_stands_beside_it() -> None:
    document = {"a~/b": {"x": 1, "y": 1}}
    assert resolve(document, [{"$ref": "#/a~0~1b", "y": 2}]) == [{"x": 1, "y": 2}]
