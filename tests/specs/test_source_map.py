"""A pointer into a document is found in the file that says it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lookalike_specs
from lookalike_specs import UnknownApi, list_api_ids, load_api, read_document
from lookalike_specs.source_map import locate_source

HOME = Path(lookalike_specs.__file__).parent


def pointers(node: Any, pointer: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every place of a document: pointer, key, value."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        inner = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield inner, str(key) if isinstance(node, dict) else "", value
        yield from pointers(value, inner)


@pytest.mark.slow
@pytest.mark.parametrize("api", list_api_ids())
def test_every_place_of_a_document_is_found_at_its_own_key(api: str) -> None:
    lines: dict[str, list[str]] = {}
    for pointer, key, _ in pointers(read_document(api)):
        place = locate_source(api, pointer)
        assert place.pointer == pointer
        text = lines.setdefault(place.file, (HOME / place.file).read_text("utf-8").splitlines())[place.line - 1]
        assert key in text, f"{place} is not {pointer}"


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize("api", list_api_ids())
def test_an_operation_is_found_by_its_method(api: str) -> None:
    for operation in load_api(api).operations:
        place = locate_source(api, operation.pointer)
        assert (HOME / place.file).read_text("utf-8").splitlines()[
            place.line - 1
        ].strip() == f"{operation.method.lower()}:"


@pytest.mark.parametrize(
    ("api", "pointer", "file"),
    [
        ("daji-1688", "/paths/~1alibaba~1product~1imageQuery/get/operationId", "overlay.yaml"),
        ("daji-1688", "/paths/~1alibaba~1product~1imageQuery/get/parameters/0/name", "openapi.yaml"),
        ("daji-1688", "/paths/~1alibaba~1upload~1image", "overlay.yaml"),
        ("tmapi", "", "openapi.yaml"),
    ],
)
def test_the_vendors_file_and_the_overlay_are_told_apart(api: str, pointer: str, file: str) -> None:
    assert locate_source(api, pointer).file == f"apis/{api}/{file}"


def test_a_reference_is_followed() -> None:
    search = load_api("daji-taobao").operations[0].pointer
    place = locate_source("daji-taobao", f"{search}/responses/400/content/application~1json")
    assert "application/json" in (HOME / place.file).read_text("utf-8").splitlines()[place.line - 1]
    assert place.line != locate_source("daji-taobao", f"{search}/responses/400").line
    assert place.pointer == f"{search}/responses/400/content/application~1json"


def test_the_deepest_that_exists_stands_for_what_does_not() -> None:
    search = load_api("tmapi").operations[0].pointer
    assert locate_source("tmapi", f"{search}/responses/200/nothing/0") == locate_source(
        "tmapi", f"{search}/responses/200"
    )
    assert locate_source("tmapi", "/nothing").line == 1


def test_an_api_that_is_not_there_is_told() -> None:
    with pytest.raises(UnknownApi):
        locate_source("nobody", "")


def test_a_place_reads_as_editors_take_it() -> None:
    assert str(locate_source("tmapi", "")) == "apis/tmapi/openapi.yaml:1"
