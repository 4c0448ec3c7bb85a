"""The JSON Schema of the drivers' protocol is that of the code, and takes the lines of the docs."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from lookalike_contracts.certification.driver_schema import SCHEMA_FILE, build_driver_schema, encode_driver_schema
from lookalike_contracts.certification.protocol import ClientTask, HelloTask

PAGE = Path(__file__).parents[3] / "docs" / "certify.md"


def create_validator(definition: str) -> Draft202012Validator:
    return Draft202012Validator({**build_driver_schema(), "anyOf": [{"$ref": f"#/$defs/{definition}"}]})


def test_the_file_is_the_schema_of_the_code() -> None:
    path = files("lookalike_contracts.certification") / SCHEMA_FILE
    assert path.read_bytes() == encode_driver_schema(), f"write {path} anew, with encode_driver_schema()"


def test_what_a_driver_is_asked_fits_the_schema() -> None:
    task = ClientTask(
        id="1", task="search-all", api="tmapi", base_url="http://127.0.0.1", credentials={"apiToken": "x"},
        timeout=5.0, image_url="https://cbu01.alicdn.com/a.jpg", image_path="/tmp/a.jpg",  # noqa: S108 - a text
    )  # fmt: skip
    validator = create_validator("Question")
    for question in (HelloTask(), task):
        validator.validate(msgspec.to_builtins(question))


def test_the_answers_of_the_docs_fit_the_schema() -> None:
    lines = re.findall(r"^< (\{.*\})$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(lines) >= 3
    validator = create_validator("Answer")
    for line in lines:
        validator.validate(json.loads(line.replace("…", "x")))


@pytest.mark.parametrize(
    "answer",
    [
        {"items": []},
        {"id": "1", "items": [{"title": "without an id"}]},
        {"id": "1", "itmes": []},
        {"id": "1", "error": "439"},
        {"id": "hello", "name": "x"},
    ],
)
def test_what_is_no_answer_does_not_fit(answer: dict[str, Any]) -> None:
    assert not create_validator("Answer").is_valid(answer)
