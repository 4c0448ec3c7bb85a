"""`lookalike apis`, `situations` and `spec`: what they list is what the specs and the mock have."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from io import StringIO

import pytest
import yaml

from lookalike.output import clip_line
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


def test_apis_lists_those_that_are_named(lookalike):
    assert [api["id"] for api in json.loads(lookalike("apis", "tmapi", "aliyun", "tmapi", "--json").stdout)] == [
        "tmapi",
        "aliyun",
    ]


def test_operations_and_variants_say_where_they_come_from(lookalike):
    for api in json.loads(lookalike("apis", "--json").stdout):
        spec = load_api(api["id"])
        for name, variant in api["variants"].items():
            stated = spec.root.variants[name].x_provenance
            assert stated is not None
            assert variant["provenance"]["kind"] == stated.kind
        assert all(operation["provenance"]["source"] for operation in api["operations"])
    assert "  auth  Which credential counts. " in lookalike("apis", "tmapi").stdout
    assert " or `either`. (measured)\n" in lookalike("apis", "tmapi").stdout


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


def list_ids(result):
    return [situation["id"] for situation in json.loads(result.stdout)]


def test_situations_are_a_table_and_say_where_each_comes_from(lookalike):
    lines = lookalike("situations").stdout.splitlines()
    assert len(lines) == 3 + sum(len(lookalike_ids(api)) for api in list_api_ids())
    assert lines[0].split() == ["situation", "kind", "HTTP", "provenance", "what", "it", "answers"]
    assert lines[-1] == "How to get one: lookalike situations tmapi/wrong-certificate"
    rows = [line.split(maxsplit=4) for line in lines]
    assert ["tmapi/439", "error", "439", "documented", "Subscription expired or insufficient balance."] in rows
    assert ["tmapi/method-not-allowed", "error", "405", "invented", "Method Not Allowed"] in rows
    assert ["tmapi/latency", "fault", "invented"] in [row[:3] for row in rows]


def lookalike_ids(api):
    return [*load_api(api).root.situations, *load_api(api).root.errors, *FAULTS]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("tmapi/439", ["tmapi/439"]),
        ("tmapi/439 hiobuy/full-page", ["tmapi/439", "hiobuy/full-page"]),
        ("tmapi/5*", ["tmapi/500", "tmapi/503"]),
        ("tmapi/5* !tmapi/503", ["tmapi/500"]),
        ("*/4?? --kind error", ["tmapi/417", "tmapi/422", "tmapi/439", "tmapi/499"]),
        (
            "tmapi --kind answer --kind fault",
            [f"tmapi/{name}" for name in (*load_api("tmapi").root.situations, *FAULTS)],
        ),
        ("hiobuy tmapi", [f"{api}/{name}" for api in ("hiobuy", "tmapi") for name in lookalike_ids(api)]),
        ("!*/* tmapi/empty", ["tmapi/empty"]),
        ("!aliyun !daji-1688 !daji-taobao !hiobuy", [f"tmapi/{name}" for name in lookalike_ids("tmapi")]),
    ],
)
def test_situations_are_chosen_by_api_id_pattern_and_kind(lookalike, words, ids):
    assert list_ids(lookalike("situations", *words.split(), "--json")) == ids


def test_every_situation_has_a_provenance(lookalike):
    situations = {
        situation["id"]: situation["provenance"] for situation in json.loads(lookalike("situations", "--json").stdout)
    }
    kinds = {id_: provenance["kind"] for id_, provenance in situations.items()}
    assert set(kinds.values()) <= {"documented", "measured", "inferred", "invented"}
    assert (kinds["tmapi/439"], kinds["tmapi/no-api-key"], kinds["tmapi/latency"]) == (
        "documented",
        "measured",
        "invented",
    )
    assert all(provenance["source"] for provenance in situations.values())


def test_every_error_and_fault_says_what_it_asks_of_a_client(lookalike):
    for situation in json.loads(lookalike("situations", "--json").stdout):
        if situation["kind"] == "answer":
            assert situation["client"] is None, situation["id"]
        else:
            assert {"kind", "retry", "billing"} <= situation["client"]["provenance"].keys(), situation["id"]


def test_a_table_is_as_wide_as_the_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "12")
    assert clip_line("123456789012") == "123456789012"
    assert clip_line("1234567890123") == "12345678901…"
    assert clip_line("签名签名签名签名") == "签名签名签…"


class Terminal(StringIO):
    def isatty(self):
        return True


def test_situations_as_text_tells_the_natural_and_the_magic_way(lookalike):
    text = lookalike("situations", "tmapi", "--verbose").stdout
    assert lookalike("situations", "tmapi/439").stdout in text
    assert (
        """tmapi/439  HTTP 439  code 439  Subscription expired or insufficient balance.
  reproduce   Call with the account `expired`.
  apiToken    situation-439
  apikey      situation-439
  img_url     https://cbu01.alicdn.com/situation/439.jpg
  Prefer      example=tmapi/439
  provenance  documented: TMAPI page search-items-by-image-url
  kind        quota: what the account has bought is used up (documented: TMAPI page search-items-by-image-url)
  retry       a client should not send the same request again (inferred: no request can succeed until somebody pays)
  billing     it is not known whether the call is billed
"""
        in text
    )
    assert (
        """tmapi/reset-before  The connection is reset before any of the answer.
  apiToken    situation-reset-before
  apikey      situation-reset-before
  img_url     https://cbu01.alicdn.com/situation/reset-before.jpg
  Prefer      example=tmapi/reset-before
  provenance  invented: a fault of the network, which no vendor documents
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


@pytest.mark.exhaustive(2)
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


@pytest.mark.exhaustive(2)
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


@pytest.mark.exhaustive(2)
@pytest.mark.parametrize("api", list_api_ids())
def test_spec_prints_the_finished_document_in_both_forms(lookalike, api):
    assert json.loads(lookalike("spec", api, "--format", "json").stdout) == read_document(api)
    text = lookalike("spec", api).stdout
    assert yaml.safe_load(text) == read_document(api)
    assert "&id0" not in text
    # texts of several lines are blocks: a quoted one has an empty line for each break
    assert re.search(r"^ *description: \"?'?[^|\n]*\n\n", text, re.MULTILINE) is None


def test_spec_of_several_apis_is_a_document_each(lookalike):
    every = {api: read_document(api) for api in list_api_ids()}
    assert json.loads(lookalike("spec", "--json").stdout) == every
    two = yaml.safe_load_all(lookalike("spec", "tmapi", "hiobuy").stdout)
    assert list(two) == [every["tmapi"], every["hiobuy"]]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_spec_writes_a_file_for_each(lookalike, tmp_path, form):
    folder = tmp_path / "new" / "specs"
    result = lookalike("spec", "tmapi", "hiobuy", "--format", form, "--output", str(folder))
    assert (result.exit_code, result.output) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == [f"hiobuy.{form}", f"tmapi.{form}"]
    assert yaml.safe_load((folder / f"tmapi.{form}").read_text("utf-8")) == read_document("tmapi")
