import pytest

from lookalike_specs.messages import Request
from lookalike_specs.signing import SCHEMES, Stages, acs3, acs_roa, acs_rpc, daji, oss_policy

TIME, DATE = "2026-11-21T00:26:27Z", "Sat, 21 Nov 2026 00:26:32 GMT"
CALL = Request(method="GET", path="/", query=b"a=1", headers=((b"host", b"h"),))
FORM = Request(
    method="POST",
    path="/",
    headers=((b"content-type", b"multipart/form-data; boundary=XX"),),
    body=b'--XX\r\nContent-Disposition: form-data; name="policy"\r\n\r\ne30=\r\n--XX--\r\n',
)
SIGNED = {
    "daji-md5": daji.sign_request(CALL, "k", "s"),
    "acs-rpc": acs_rpc.sign_request(CALL, "k", "s", timestamp=TIME, nonce="n"),
    "acs-roa": acs_roa.sign_request(CALL, "k", "s", date=DATE),
    "acs3": acs3.sign_request(CALL, "k", "s", timestamp=TIME, nonce="n"),
    "oss-policy": oss_policy.sign_request(FORM, "k", "s"),
}


def test_the_names() -> None:
    assert {name for name, scheme in SCHEMES.items() if scheme.has_signature} == set(SIGNED)
    assert all(scheme.name == name for name, scheme in SCHEMES.items())


@pytest.mark.parametrize("name", SIGNED)
def test_every_scheme_recognises_its_own_request(name: str) -> None:
    scheme, request = SCHEMES[name], SIGNED[name]
    stages = scheme.recompute_stages(request, "s")
    assert isinstance(stages, Stages)
    assert (stages.scheme, stages.signature) == (name, scheme.read_signature(request))
