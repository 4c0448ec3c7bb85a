"""OpenAPI Overlay 1.0: what each kind of action does, and what is refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from lookalike_specs.exceptions import SpecError
from lookalike_specs.overlay import apply_overlay

DOCUMENT: dict[str, Any] = {
    "info": {"title": "", "contact": {"name": "them"}},
    "tags": ["a"],
    "parameters": [{"name": "q"}, {"name": "page", "schema": {"type": "integer"}}, {"name": "size"}],
    "paths": {"/a": {"get": {"tags": ["x"], "gone": {"gone": {}}}}, "/b": {"get": {"tags": []}}},
}


def overlay(*actions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    head = {"overlay": "1.0.0", "info": {"title": "Ours", "version": "1"}, "extends": "openapi.yaml"}
    return {**head, "actions": list(actions), **changes}


APPLIED: list[tuple[str, list[dict[str, Any]], list[Any], Any]] = [
    ("a scalar replaces", [{"target": "$.info", "update": {"title": "New"}}], ["info", "title"], "New"),
    ("null replaces a scalar", [{"target": "$.info", "update": {"title": None}}], ["info", "title"], None),
    (
        "objects merge",
        [{"target": "$", "update": {"info": {"contact": {"url": "u"}}}}],
        ["info"],
        {"title": "", "contact": {"name": "them", "url": "u"}},
    ),
    ("arrays concatenate", [{"target": "$", "update": {"tags": ["b", "c"]}}], ["tags"], ["a", "b", "c"]),
    ("an array gets an entry", [{"target": "$.tags", "update": "b"}], ["tags"], ["a", "b"]),
    ("an entry may be an array", [{"target": "$.tags", "update": ["b"]}], ["tags"], ["a", ["b"]]),
    (
        "a filter selects",
        [{"target": "$.parameters[?@.name=='page']", "update": {"schema": {"minimum": 1}}}],
        ["parameters", 1, "schema"],
        {"type": "integer", "minimum": 1},
    ),
    (
        "every match is updated",
        [{"target": "$.paths.*.get", "update": {"tags": ["y"]}}],
        ["paths"],
        {"/a": {"get": {"tags": ["x", "y"], "gone": {"gone": {}}}}, "/b": {"get": {"tags": ["y"]}}},
    ),
    ("remove from an object", [{"target": "$.info.contact", "remove": True}], ["info"], {"title": ""}),
    ("remove: false updates", [{"target": "$.tags", "update": "b", "remove": False}], ["tags"], ["a", "b"]),
    ("no index shifts", [{"target": "$.parameters[0,2,0]", "remove": True}], ["parameters", 0, "name"], "page"),
    ("the deepest goes first", [{"target": "$..gone", "remove": True}], ["paths", "/a", "get"], {"tags": ["x"]}),
    (
        "actions go in order",
        [{"target": "$.info.contact", "remove": True}, {"target": "$.info", "update": {"contact": {"name": "we"}}}],
        ["info", "contact"],
        {"name": "we"},
    ),
]

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no match", overlay({"target": "$.paths['/c']", "update": {}}), "overlay $.paths['/c']: matches nothing"),
    ("no JSONPath", overlay({"target": "$[", "update": {}}), "overlay $[: is not JSONPath"),
    ("a scalar as target", overlay({"target": "$.info.title", "remove": True}), "neither an object nor an array"),
    ("the whole document", overlay({"target": "$", "remove": True}), "the whole document cannot be removed"),
    ("neither update nor remove", overlay({"target": "$"}), "needs either an update or a remove"),
    ("update and remove", overlay({"target": "$", "update": {}, "remove": True}), "needs either an update or a remove"),
    ("a scalar into an object", overlay({"target": "$.info", "update": 1}), "only be updated with an object"),
    ("a scalar over an object", overlay({"target": "$", "update": {"info": {"contact": 1}}}), "$['info']['contact']"),
    ("an object over an array", overlay({"target": "$", "update": {"tags": {}}}), "list and dict do not merge"),
    ("an unknown key", overlay({"target": "$", "update": {}, "copy": "$.info"}), "copy"),
    ("an unknown key at the root", overlay(action=[]), "action"),
    ("another version", overlay(overlay="1.1.0"), "1.1.0"),
    ("no info", {"overlay": "1.0.0", "actions": []}, "info"),
]


@pytest.mark.parametrize(
    ("actions", "at", "expected"), [case[1:] for case in APPLIED], ids=[case[0] for case in APPLIED]
)
def test_applied(actions: list[dict[str, Any]], at: list[Any], expected: object) -> None:
    node: Any = apply_overlay(DOCUMENT, overlay(*actions))
    for step in at:
        node = node[step]
    assert node == expected


@pytest.mark.parametrize(("document", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(document: dict[str, Any], problem: str) -> None:
    with pytest.raises(SpecError) as refused:
        apply_overlay(DOCUMENT, document)
    assert problem in str(refused.value)


def test_neither_the_document_nor_the_overlay_is_changed() -> None:
    before = deepcopy(DOCUMENT)
    update: dict[str, Any] = {"paths": {"/c": {"get": {}}}}
    changed = apply_overlay(DOCUMENT, overlay({"target": "$", "update": update}))
    changed["paths"]["/c"]["get"]["tags"] = ["z"]
    assert before == DOCUMENT
    assert update == {"paths": {"/c": {"get": {}}}}
