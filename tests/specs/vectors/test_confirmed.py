"""Every vector is confirmed by whom its file says: the vendor's own SDKs come to the same signature."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from alibabacloud_tea_openapi.utils import Utils
from aliyunsdkcore.auth.algorithm import sha_hmac1
from aliyunsdkcore.auth.composer import roa_signature_composer, rpc_signature_composer

from lookalike_specs import vectors
from lookalike_specs.messages import Request, parse_pairs
from lookalike_specs.signing import canonical
from lookalike_specs.vectors import Vector, VectorGroup

CASES = [(name, group, vector) for name in vectors.list_schemes() for group, vector in vectors.load_suite(name).cases]


def request_of(vector: Vector) -> Request:
    assert vector.sign is not None
    return vectors.to_request(vector.sign.request)


def rpc_tea(request: Request, _: Vector, secret: str) -> str:
    return str(Utils.get_rpcsignature(dict(canonical.decode_parameters(request)), request.method, secret))


def rpc_core(request: Request, _: Vector, secret: str) -> str:
    # the SDK's own function adds a time and a nonce of now; the step behind it takes what it is given
    compose = getattr(rpc_signature_composer, "__compose_string_to_sign")
    text = compose(request.method, dict(canonical.decode_parameters(request)))
    return str(sha_hmac1.get_sign_string(text, secret + "&"))


def as_sdks_have_it(request: Request) -> SimpleNamespace:
    headers = {name.decode(): value.decode() for name, value in request.headers}
    return SimpleNamespace(
        method=request.method, pathname=request.path, query=dict(parse_pairs(request.query)), headers=headers
    )


def roa_tea(request: Request, _: Vector, secret: str) -> str:
    return str(Utils.get_roasignature(Utils.get_string_to_sign(as_sdks_have_it(request)), secret))


def roa_core(request: Request, _: Vector, secret: str) -> str:
    sdk_request = as_sdks_have_it(request)
    # the SDK looks these four up as HTTP writes them, and takes one in lower case for absent
    named = {"accept": "Accept", "content-md5": "Content-MD5", "content-type": "Content-Type", "date": "Date"}
    headers = {named.get(name, name): value for name, value in sdk_request.headers.items()}
    text = roa_signature_composer.compose_string_to_sign(
        sdk_request.method, sdk_request.query, sdk_request.pathname, headers
    )
    return str(sha_hmac1.get_sign_string(text, secret))


def acs3_tea(request: Request, vector: Vector, secret: str) -> str:
    sdk_request = as_sdks_have_it(request)
    assert vector.sign is not None
    # it signs every header that it is given, so it is given those that the vector signs
    kept = {name.lower() for name in vector.sign.signed_headers}
    sdk_request.headers = {name: value for name, value in sdk_request.headers.items() if name in kept}
    header = Utils.get_authorization(sdk_request, "ACS3-HMAC-SHA256", canonical.sha256(request.body), "id", secret)
    return str(header).rpartition("Signature=")[2]


SDKS: dict[tuple[str, str], Callable[[Request, Vector, str], str]] = {
    ("acs-rpc", "alibabacloud-tea-openapi"): rpc_tea,
    ("acs-rpc", "aliyun-python-sdk-core"): rpc_core,
    ("acs-roa", "alibabacloud-tea-openapi"): roa_tea,
    ("acs-roa", "aliyun-python-sdk-core"): roa_core,
    ("acs3", "alibabacloud-tea-openapi"): acs3_tea,
}
CLAIMS = [
    pytest.param(scheme, name, group, vector, id=f"{scheme}-{vector.tc_id}-{name}")
    for scheme, group, vector in CASES
    for name in vector.confirmed_by
    if (scheme, name) in SDKS
]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("scheme", "name", "group", "vector"), CLAIMS)
def test_the_sdk_signs_the_same(scheme: str, name: str, group: VectorGroup, vector: Vector) -> None:
    signature = SDKS[scheme, name](request_of(vector), vector, group.credentials["AccessKeySecret"])
    assert signature == vector.stages["signature"]


@pytest.mark.parametrize(("scheme", "name"), SDKS)
def test_most_of_what_is_valid_an_sdk_confirms(scheme: str, name: str) -> None:
    valid = [vector for _, vector in vectors.load_suite(scheme).cases if vector.result == "valid"]
    assert sum(name in vector.confirmed_by for vector in valid) >= 0.7 * len(valid)


def test_who_else_confirms() -> None:
    """The Node.js driver is asked in tests/cli/test_vectors.py, the Node.js SDK in tests/clients/test_vectors_node.py."""
    others = {name for *_, vector in CASES for name in vector.confirmed_by} - {name for _, name in SDKS}
    assert others == {"node-driver", "@alicloud/openapi-core", "vendor-documents"}
    assert all("node-driver" in vector.confirmed_by for *_, vector in CASES)


# scheme -> what the vendor, or its own sample, published
PUBLISHED = {
    "acs-rpc": ["OLeaidS1JvxuMvnyHOwuJ+uX5qY=", "9NaGiOspFP5UPcwX8Iwt2YJXXuk="],
    "acs3": ["06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"],
    "daji-md5": [
        "7883FBCFCD3BCA1D2BA3978E289928B3",
        "93459F6FC7B6A10AC875F3321C11B067",
        "F0F38B184AB319447189B78C32A068DF",
        "B418B4BB6AF1D267C3BCEC41AC15BA2E",
    ],
}


def test_what_vendors_published_is_among_them() -> None:
    documented = [(name, vector) for name, _, vector in CASES if "vendor-documents" in vector.confirmed_by]
    signatures = {name: [v.stages["signature"] for n, v in documented if n == name] for name, _ in documented}
    assert signatures == PUBLISHED
    assert all(vector.provenance and vector.provenance.kind == "documented" for _, vector in documented)


def test_the_vendors_canonical_request_has_the_published_digest() -> None:
    vector = next(vector for _, vector in vectors.load_suite("acs3").cases if "vendor-documents" in vector.confirmed_by)
    assert canonical.sha256(vector.stages["canonical"].encode()) == (
        "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    )


def test_no_secret_but_those_of_demo_accounts() -> None:
    known = {"lookalike-demo-secret", "lookalike-sts-secret", "testsecret", "YourAccessKeySecret", "test_secret_0001"}
    secrets = {group.credentials.get("AccessKeySecret", group.credentials.get("appSecret")) for _, group, _ in CASES}
    assert secrets == known
