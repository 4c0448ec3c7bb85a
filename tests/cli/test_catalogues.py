"""`lookalike apis`, `situations` and `spec`: what they list is what the specs and the mock have."""

from __future__ import annotations

import html
import json
from dataclasses import replace

import pytest
import yaml

from lookalike.signature import SignOptions, sign_request
from lookalike_mocks import Mock
from lookalike_mocks.faults import FAULTS
from lookalike_specs import list_api_ids, load_api, read_document
from lookalike_specs.messages import Request
from lookalike_specs.request_builder import build_minimal_values
from lookalike_specs.signing.canonical import set_headers


def test_apis_lists_every_operation_server_and_variant(lookalike):
    for api in json.loads(lookalike("apis", "--json").stdout):
        spec = load_api(api["id"])
        assert [(found["method"], found["path"]) for found in api["operations"]] == [
            (found.method, found.path) for found in spec.operations
        ]
        assert len(api["servers"]) == len(spec.document["servers"])
        assert {name: (of["default"], list(of["values"])) for name, of in api["variants"].items()} == {
            name: (of.default, list(of.values)) for name, of in spec.root.variants.items()
        }


def test_apis_as_text_marks_the_default(lookalike):
    text = lookalike("apis").stdout
    for api in list_api_ids():
        spec = load_api(api)
        assert f"{api}  {spec.document['info']['title']}" in text
        for name, variant in spec.root.variants.items():
            assert f"  {name}  {variant.description}" in text
    assert "    *  http-status   The HTTP status equals `code`" in text
    assert "       http-200      HTTP 200; only `code` in the body tells." in text


def test_situations_lists_all_of_every_api(lookalike):
    listed = [found["id"] for found in json.loads(lookalike("situations", "--json").stdout)]
    assert listed == [
        f"{api}/{name}"
        for api in list_api_ids()
        for name in (*load_api(api).root.situations, *load_api(api).root.errors, *FAULTS)
    ]


def test_situations_as_text_tells_the_natural_and_the_magic_way(lookalike):
    text = lookalike("situations", "tmapi").stdout
    assert (
        """tmapi/439  HTTP 439  code 439  Subscription expired or insufficient balance.
  reproduce  Call with the account `expired`.
  apiToken   situation-439
  apikey     situation-439
  img_url    https://cbu01.alicdn.com/situation/439.jpg
  Prefer     example=tmapi/439
"""
        in text
    )
    assert (
        """tmapi/reset-before  The connection is reset before any of the answer.
  apiToken  situation-reset-before
  apikey    situation-reset-before
  img_url   https://cbu01.alicdn.com/situation/reset-before.jpg
  Prefer    example=tmapi/reset-before
"""
        in text
    )
    assert "tmapi/500  HTTP 500  code 500  Unexpected error, please contact customer service.\n  apiToken " in text


def magic_request(api: str, situation: str, magic: dict[str, str]) -> Request:
    """The spec's example with the magic value in it, signed, for the first operation that this concerns."""
    spec = load_api(api)
    only = spec.root.errors[situation].operations if situation in spec.root.errors else []
    able = [each for each in spec.operations if not only or each.id in only]
    taking = [each for each in able if magic["name"] in {field.name for field in each.fields}]
    operation = (able if magic["in"] == "credential" else taking)[0]
    schemes = [scheme.name for scheme in operation.schemes]
    example = build_minimal_values(spec, operation, spec.account)
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in example.items()}
    wish = SignOptions(url="http://mock.test", path=operation.document_path)
    if magic["in"] == "parameter":
        return sign_request(spec, given | {magic["name"]: magic["value"]}, wish).request
    given.pop(magic["name"], None)
    scheme = magic["name"] if magic["name"] in schemes else None
    return sign_request(spec, given, replace(wish, key=magic["value"], scheme=scheme)).request


@pytest.mark.parametrize("api", list_api_ids())
def test_every_magic_input_that_is_listed_brings_its_situation(lookalike, api):
    mock = Mock(variants={"tmapi.auth": "either"})
    for situation in json.loads(lookalike("situations", api, "--json").stdout):
        message = situation["message"].partition("{")[0]
        for magic in situation["triggers"]:
            reply = mock.respond(magic_request(api, situation["id"].partition("/")[2], magic))
            if situation["kind"] == "fault":
                assert mock.demo_state.journal.entries[-1].situation == situation["id"].partition("/")[2], (
                    situation,
                    magic,
                )
                continue
            assert reply.status == situation["status"], (situation, magic)
            assert message in html.unescape(reply.body.decode()), (situation, magic)


@pytest.mark.parametrize("api", list_api_ids())
def test_every_header_that_is_listed_brings_its_situation(lookalike, api):
    mock, spec = Mock(api), load_api(api)
    for situation in json.loads(lookalike("situations", api, "--json").stdout):
        short = situation["id"].partition("/")[2]
        only = spec.root.errors[short].operations if short in spec.root.errors else []
        operation = next(each for each in spec.operations if not only or each.id in only)
        request = sign_request(spec, {}, SignOptions(url="http://mock.test", path=operation.document_path)).request
        mock.respond(set_headers(request, (("prefer", situation["prefer"]),)))
        assert mock.demo_state.journal.entries[-1].situation == short, situation


@pytest.mark.parametrize("api", list_api_ids())
def test_spec_prints_the_finished_document_in_both_forms(lookalike, api):
    assert json.loads(lookalike("spec", api, "--format", "json").stdout) == read_document(api)
    text = lookalike("spec", api).stdout
    assert yaml.safe_load(text) == read_document(api)
    assert "&id0" not in text
