"""The vendor's own Python SDKs as the second opinion on Alibaba Cloud's three schemes."""

from hashlib import sha256
from types import SimpleNamespace
from urllib.parse import unquote, urlencode, urlsplit

import pytest
import requests
from alibabacloud_imagesearch20201214.client import Client
from alibabacloud_imagesearch20201214.models import SearchImageByPicRequest
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_openapi.utils import Utils
from aliyunsdkcore.auth.algorithm import sha_hmac1
from aliyunsdkcore.auth.composer import roa_signature_composer, rpc_signature_composer
from hypothesis import given
from hypothesis import strategies as st

from lookalike_specs.messages import Request
from lookalike_specs.signing import SCHEMES, Acs3Credential, Stages, acs3, acs_roa, acs_rpc

NAME = st.text(alphabet="ABab01-_.~", min_size=1, max_size=6)
TEXT = st.text(max_size=6)
PARAMETERS = st.dictionaries(NAME, TEXT, max_size=6)
HEADER = st.text(alphabet="ab:; ,é", max_size=6).map(str.strip)
HEADERS = st.dictionaries(NAME.map(lambda name: f"x-acs-{name.lower()}"), HEADER, max_size=4)


@given(PARAMETERS, HEADERS, st.binary(max_size=6))
def test_acs3(query: dict[str, str], headers: dict[str, str], body: bytes) -> None:
    request = SimpleNamespace(method="POST", pathname="/", query=query, headers=headers | {"host": "h:1"})
    body_hash = sha256(body).hexdigest()
    header = Utils.get_authorization(request, acs3.ALGORITHM, body_hash, "testid", "s")
    credential = acs3.parse_credential(header)
    assert isinstance(credential, Acs3Credential)
    stages = acs3.compute_stages(
        method="POST",
        path="/",
        query=tuple(query.items()),
        headers=tuple(request.headers.items()),
        signed_headers=credential.signed_headers,
        body_hash=body_hash,
        secret="s",
    )
    assert stages.signature == credential.signature


@given(st.dictionaries(TEXT, TEXT, max_size=6))
def test_rpc_of_the_tea_sdk(parameters: dict[str, str]) -> None:
    parameters.pop("Signature", None)
    expected = Utils.get_rpcsignature(parameters, "POST", "s")
    assert acs_rpc.compute_stages("POST", tuple(parameters.items()), "s").signature == expected


@given(st.dictionaries(TEXT, TEXT, max_size=4), PARAMETERS)
def test_rpc_of_the_core_sdk(query: dict[str, str], form: dict[str, str]) -> None:
    query = {name: value for name, value in query.items() if name not in form}
    url, _ = rpc_signature_composer.get_signed_url(query, "testid", "s", "JSON", "POST", form)
    request = Request(
        method="POST",
        path="/",
        query=url.removeprefix("/?").encode(),
        headers=((b"content-type", b"application/x-www-form-urlencoded"),),
        body=urlencode(form).encode(),
    )
    assert acs_rpc.read_signature(request) == acs_rpc.recompute_stages(request, "s").signature


@given(PARAMETERS, HEADERS)
def test_roa_of_the_tea_sdk(query: dict[str, str], headers: dict[str, str]) -> None:
    headers |= {"accept": "application/json", "date": "Sat, 21 Nov 2026 00:26:32 GMT"}
    request = SimpleNamespace(method="POST", pathname="/v2/image/search", query=query, headers=headers)
    expected = Utils.get_string_to_sign(request)
    stages = acs_roa.compute_stages(
        method="POST", path="/v2/image/search", query=tuple(query.items()), headers=tuple(headers.items()), secret="s"
    )
    assert stages.steps[2].value == expected
    assert stages.signature == Utils.get_roasignature(expected, "s")


@given(st.dictionaries(NAME, TEXT.filter(bool), max_size=6), HEADERS)
def test_roa_of_the_core_sdk(query: dict[str, str], headers: dict[str, str]) -> None:
    """Values are not empty: the core SDK signs `a=` there, where the documents and the newer SDK have `a`."""
    headers |= {"Accept": "application/json", "Content-MD5": "rKVR7dBwavZa5PydtG6JFQ=="}
    stages = acs_roa.compute_stages(
        method="POST", path="/v2/image/add", query=tuple(query.items()), headers=tuple(headers.items()), secret="s"
    )
    text = roa_signature_composer.compose_string_to_sign("POST", query, "/v2/image/add", headers)
    assert stages.signature == sha_hmac1.get_sign_string(text, "s")


class Caught(BaseException):
    """A request on its way out; no `Exception`, so that no retry of the SDK swallows it."""


@pytest.mark.parametrize(("algorithm", "scheme"), [(None, "acs3"), ("v2", "acs-rpc")])
@pytest.mark.parametrize("token", [None, "token"])
def test_the_whole_client(
    monkeypatch: pytest.MonkeyPatch, algorithm: str | None, scheme: str, token: str | None
) -> None:
    def catch(_session: object, prepared: requests.PreparedRequest, **_options: object) -> None:
        raise Caught(prepared)

    monkeypatch.setattr(requests.Session, "send", catch)
    config = Config(access_key_id="testid", access_key_secret="s", endpoint="127.0.0.1:1", protocol="http")
    config.security_token, config.signature_algorithm = token, algorithm
    call = SearchImageByPicRequest(
        instance_name="demo", pic_content="+/8=", filter='int_attr>=100 AND str_attr!="红 b"', score_threshold="0.35"
    )
    with pytest.raises(Caught) as caught:
        Client(config).search_image_by_pic(call)
    request = on_the_wire(caught.value.args[0])
    stages = SCHEMES[scheme].recompute_stages(request, "s")
    assert isinstance(stages, Stages)
    assert stages.signature == SCHEMES[scheme].read_signature(request)


def on_the_wire(prepared: requests.PreparedRequest) -> Request:
    url = urlsplit(prepared.url or "")
    assert isinstance(prepared.body, bytes)
    return Request(
        method=prepared.method or "",
        path=unquote(url.path),
        query=url.query.encode(),
        headers=tuple(
            (name.lower().encode(), str(value).encode("latin-1")) for name, value in prepared.headers.items()
        ),
        body=prepared.body,
    )
