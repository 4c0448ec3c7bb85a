"""Every error says what it asks of a client, and where that comes from."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lookalike_specs import list_api_ids, load_api, read_document
from lookalike_specs.client_guidance import (
    GUIDANCE_KEYS,
    UNKNOWN,
    ClientGuidance,
    describe_guidance,
    summarize_guidance,
)
from lookalike_specs.faults import FAULT_TYPES
from lookalike_specs.provenance import UNSTATED, Provenance, Source, find_provenance
from lookalike_specs.spec_file import load_spec_file

PETSTORE = Path(__file__).parent.parent / "data" / "openapi" / "petstore.yaml"


@pytest.mark.parametrize(
    ("situation", "kind", "retry", "billing"),
    [
        ("tmapi/417", "server", "later", "unknown"),
        ("tmapi/422", "parameter", "never", "unknown"),
        ("tmapi/439", "quota", "never", "unknown"),
        ("tmapi/499", "server", "later", "unknown"),
        ("tmapi/500", "server", "unknown", "unknown"),
        ("tmapi/503", "rate", "later", "unknown"),
        ("tmapi/no-api-key", "credential", "never", "unknown"),
        ("daji-1688/bad-sign", "signature", "never", "unknown"),
        ("daji-1688/quota-used-up", "quota", "never", "unknown"),
        ("daji-taobao/rate-limited", "rate", "later", "unknown"),
        ("hiobuy/unreadable-image", "image", "never", "unknown"),
        ("aliyun/DeniedRequest", "rate", "later", "free"),
        ("aliyun/InvalidNumParameter", "parameter", "never", "free"),
        ("aliyun/UnsupportedPicFormat", "image", "never", "free"),
        ("aliyun/SignatureDoesNotMatch", "signature", "never", "free"),
        ("aliyun/ServiceUnavailable", "server", "later", "free"),
        ("aliyun/RequestTimeout.OSS", "transport", "later", "unknown"),
    ],
)
def test_an_error_says_what_it_asks_of_a_client(situation: str, kind: str, retry: str, billing: str) -> None:
    api, _, name = situation.partition("/")
    client = load_api(api).get_error(name).client
    assert (client.kind, client.retry, client.billing) == (kind, retry, billing)


@pytest.mark.parametrize(
    ("situation", "key", "source"),
    [
        ("tmapi/439", "kind", "documented: TMAPI page search-items-by-image-url"),
        ("tmapi/439", "retry", "inferred: no request can succeed until somebody pays"),
        ("tmapi/439", "billing", "invented: nothing is known"),
        ("tmapi/417", "retry", "documented: TMAPI page search-items-by-image-url: please try again or contact .*"),
        ("hiobuy/too-frequent", "retry", "invented: ours, as the vendor documents no error"),
        ("aliyun/InvalidNumParameter", "retry", "documented: Alibaba Cloud page on retries of the SDK V2.0: .*"),
    ],
)
def test_each_value_has_a_source_of_its_own(situation: str, key: str, source: str) -> None:
    api, _, name = situation.partition("/")
    assert re.fullmatch(source, str(load_api(api).get_error(name).client.find_source(key)))


@pytest.mark.parametrize("api_id", list_api_ids())
def test_the_document_and_the_accessor_agree_on_every_source(api_id: str) -> None:
    document = read_document(api_id)
    for name, error in load_api(api_id).root.errors.items():
        for key in GUIDANCE_KEYS:
            pointer = f"/x-lookalike/errors/{name}/client/{key}"
            assert error.client.find_source(key) == find_provenance(document, pointer), pointer


@pytest.mark.parametrize("api_id", list_api_ids())
def test_no_error_of_the_vendors_is_of_an_unknown_kind(api_id: str) -> None:
    assert UNKNOWN not in {error.client.kind for error in load_api(api_id).root.errors.values()}


@pytest.mark.parametrize("api_id", list_api_ids())
def test_an_error_that_says_nothing_of_the_request_is_never_for_ever(api_id: str) -> None:
    for name, error in load_api(api_id).root.errors.items():
        if error.limited_by in ("load", "rate"):
            assert error.client.retry == "later", name


def test_an_error_tells_when_to_try_again_where_its_answer_does() -> None:
    errors = load_api("aliyun").root.errors
    told = {name: error.client.retry_after for name, error in errors.items() if error.client.retry_after is not None}
    assert list(told) == ["Throttling.User.RetryAfter"]
    (hint,) = told.values()
    assert hint is not None
    assert (hint.header, hint.unit) == ("x-acs-retry-after", "milliseconds")
    assert {name for name, error in errors.items() if hint.header in error.headers} == set(told)


def test_what_an_error_asks_is_told_in_plain_words() -> None:
    documented = Provenance("documented", "the page", {"retry": Source("inferred", "the page"), "billing": UNSTATED})
    client = ClientGuidance(kind="quota", retry="never", x_provenance=documented)
    assert describe_guidance(summarize_guidance(client)) == {
        "kind": "quota: what the account has bought is used up (documented: the page)",
        "retry": "a client should not send the same request again (inferred: the page)",
        "billing": "it is not known whether the call is billed",
    }


def test_the_reason_why_it_is_not_known_is_told() -> None:
    texts = describe_guidance(summarize_guidance(load_api("tmapi").get_error("500").client))
    assert texts["retry"] == (
        "it is not known whether a client may send the request again: the page says to ask customer service, and nothing"
        " of trying again"
    )
    assert describe_guidance(summarize_guidance(ClientGuidance()))["kind"] == "it is not known what went wrong"


def test_the_header_that_says_when_to_try_again_is_told() -> None:
    client = load_api("aliyun").get_error("Throttling.User.RetryAfter").client
    assert describe_guidance(summarize_guidance(client))["retry-after"].startswith(
        "the header x-acs-retry-after says how many milliseconds to wait (inferred: "
    )


def test_what_nobody_says_has_no_source() -> None:
    assert ClientGuidance(kind="quota").find_source("kind") == UNSTATED


# faults


@pytest.mark.parametrize("fault", FAULT_TYPES)
def test_a_fault_is_of_the_transport_and_no_vendor_says_what_it_costs(fault: str) -> None:
    client = FAULT_TYPES[fault].client
    assert (client.kind, client.billing) == ("transport", UNKNOWN)
    assert client.find_source("kind").kind == client.find_source("billing").kind == "invented"


@pytest.mark.parametrize(
    ("fault", "retry", "source"),
    [
        ("reset-before", "idempotent", "documented"),
        ("truncated-body", "idempotent", "documented"),
        ("latency", "idempotent", "inferred"),
        ("malformed-json", "idempotent", "inferred"),
        ("html-502", "idempotent", "inferred"),
        ("wrong-certificate", "unknown", "invented"),
    ],
)
def test_a_fault_says_whether_to_send_the_request_again(fault: str, retry: str, source: str) -> None:
    client = FAULT_TYPES[fault].client
    assert (client.retry, client.find_source("retry").kind) == (retry, source)


# documents of others


def test_of_a_document_of_others_nothing_is_known() -> None:
    for error in load_spec_file(PETSTORE).root.errors.values():
        client = error.client
        assert (client.kind, client.retry, client.billing) == (UNKNOWN, UNKNOWN, UNKNOWN)
        assert {client.find_source(key).kind for key in GUIDANCE_KEYS} == {"invented"}


def test_what_a_document_of_others_says_is_its_own_word(tmp_path: Path) -> None:
    client = load_with(tmp_path, {"kind": "rate", "retry": "later"})
    assert (client.kind, client.retry, client.billing) == ("rate", "later", UNKNOWN)
    assert [client.find_source(key).kind for key in GUIDANCE_KEYS] == ["documented", "documented", "invented"]
    assert client.find_source("retry").source == "acme.yaml"


def test_what_a_document_of_others_says_of_its_sources_is_kept(tmp_path: Path) -> None:
    stated = {"kind": "measured", "source": "a log", "keywords": {"retry": {"kind": "inferred", "source": "the log"}}}
    client = load_with(tmp_path, {"kind": "rate", "retry": "later", "x-provenance": stated})
    assert [client.find_source(key).kind for key in GUIDANCE_KEYS] == ["measured", "inferred", "invented"]


def load_with(folder: Path, client: dict[str, Any]) -> ClientGuidance:
    document = yaml.safe_load(PETSTORE.read_text("utf-8"))
    document["x-lookalike"] = {"errors": {"tired": {"status": 503, "message": "tired", "client": client}}}
    file = folder / "acme.yaml"
    file.write_text(yaml.safe_dump(document), "utf-8")
    return load_spec_file(file).root.errors["tired"].client
