"""The control API's own document: sound by tools that nobody here wrote, and true of what is served."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import given, settings
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from lookalike_mocks import Mock
from lookalike_mocks.control.models import EmptyQuery
from lookalike_mocks.control.routes import OPERATIONS

from .conftest import TOKEN

NODE = Path(__file__).parents[2] / "specs/node"
TAKES_SOMETHING = {
    operation.operation_id
    for operation in OPERATIONS
    if operation.body_type is not None or operation.query_type not in (None, EmptyQuery)
}
CASES = [
    (each.operation_id, mode)
    for each in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if mode == GenerationMode.POSITIVE or each.operation_id in TAKES_SOMETHING
]


@pytest.fixture(scope="module")
def document(anonymous_client: httpx.Client) -> dict[str, Any]:
    payload: dict[str, Any] = anonymous_client.get("openapi.json").json()
    return payload


@pytest.fixture(scope="module")
def schema(document: dict[str, Any], anonymous_client: httpx.Client) -> Any:
    found = schemathesis.openapi.from_dict(document)
    found.config.update(base_url=str(anonymous_client.base_url).removesuffix("/_lookalike/"))
    return found


def checks() -> list[Any]:
    """All that Schemathesis has; it knows them when a schema was loaded."""
    found: list[Any] = CHECKS.get_all()
    assert "status_code_conformance" in [check.__name__ for check in found]
    return found


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_it_describes_every_operation(document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {(each.method, f"/_lookalike/{each.path.replace(':path', '')}") for each in OPERATIONS}
    open_ = {path for path, item in document["paths"].items() for found in item.values() if found.get("security") == []}
    assert open_ == {"/_lookalike/health", "/_lookalike/openapi.json", "/_lookalike/images/{name}"}


STATUSES = {
    "getHealth": {200, 403},
    "getImage": {200, 403, 404},
    "createSandbox": {201, 400, 401, 403, 408, 413, 422},
    "listSandboxes": {200, 401, 403, 422},
    "changeSandbox": {200, 400, 401, 403, 404, 408, 410, 413, 421, 422},
    "deleteSandbox": {204, 401, 403, 404, 409, 410, 421, 422},
    "getJournal": {200, 401, 403, 404, 410, 421, 422},
    "listSituations": {200, 401, 403, 422},
}


@pytest.mark.parametrize("id_", STATUSES)
def test_it_names_every_status(document: dict[str, Any], id_: str) -> None:
    (found,) = (each for item in document["paths"].values() for each in item.values() if each["operationId"] == id_)
    assert {int(status) for status in found["responses"]} == STATUSES[id_]


def test_it_names_every_situation(document: dict[str, Any], control_mock: Mock) -> None:
    situations = list(control_mock.sandboxes.demo.iter_situations())
    assert document["components"]["schemas"]["ScheduledSituation"]["properties"]["situation"]["enum"] == situations
    choices = document["components"]["schemas"]["ScheduledSituation"]["anyOf"]
    at_conversion = next(
        choice["properties"] for choice in choices if choice["properties"]["operation"] == {"const": "convertImageUrl"}
    )
    assert "tmapi/503" in at_conversion["situation"]["enum"]
    assert "tmapi/empty" not in at_conversion["situation"]["enum"]
    (which,) = document["paths"]["/_lookalike/sandboxes/{id}/situations"]["delete"]["parameters"][1:]
    assert which == {"name": "situation", "in": "query", "schema": {"type": "string", "enum": situations}}


def test_no_secret_is_in_it(document: dict[str, Any]) -> None:
    assert TOKEN not in json.dumps(document)


@pytest.mark.slow
@pytest.mark.node
def test_redocly_finds_nothing(npm: Callable[[Path], Path], document: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "control.json").write_text(json.dumps(document), "utf-8")
    command: list[str | Path] = [
        npm(NODE) / "redocly",
        "lint",
        "--extends",
        "recommended",
        "--format",
        "json",
        "control.json",
    ]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    payload = json.loads(process.stdout[process.stdout.index("{") :])
    assert payload["problems"] == []


@pytest.mark.slow
@pytest.mark.parametrize(("id_", "mode"), CASES, ids=lambda value: getattr(value, "value", value))
def test_what_is_served_is_what_it_describes(schema: Any, id_: str, mode: GenerationMode) -> None:
    """By all of Schemathesis' checks: no 500, nothing that is not described, what is right taken, what is wrong not."""
    operation = schema.find_operation_by_id(id_)
    names = {"id": "demo"} if "{id}" in operation.path else None

    @settings(max_examples=25)
    @given(case=operation.as_strategy(mode, path_parameters=names))
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=checks())

    holds()


@pytest.mark.exhaustive(3)
@pytest.mark.parametrize("id_", [each.operation_id for each in OPERATIONS if "{id}" in each.path])
def test_it_describes_what_sandboxes_that_never_were_get(schema: Any, id_: str) -> None:
    @settings(max_examples=10)
    @given(case=schema.find_operation_by_id(id_).as_strategy())
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=checks())

    holds()
