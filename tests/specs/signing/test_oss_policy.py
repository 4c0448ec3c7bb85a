from base64 import b64encode

import pytest

from lookalike_specs.messages import Request
from lookalike_specs.signing import STAGE_NAMES, oss_policy

POLICY = b64encode(
    b'{"expiration":"2120-01-01T12:00:00.000Z","conditions":[["content-length-range",0,104857600]]}'
).decode()
HEADERS = ((b"host", b"h"), (b"content-type", b'multipart/form-data; charset=utf-8; boundary="a+b"'))


def part(name: str, value: str) -> bytes:
    return f'--a+b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def call(*parts: bytes) -> Request:
    return Request(method="POST", path="/", headers=HEADERS, body=b"".join((*parts, b"--a+b--\r\n")))


def test_a_vector() -> None:
    # printf %s "$policy" | openssl dgst -sha1 -hmac lookalike-demo-secret -binary | base64
    assert oss_policy.compute_signature(POLICY, "lookalike-demo-secret") == "Yk9nTeu5K1A8SRqrU2GPk13DMg8="


def test_stages() -> None:
    stages = oss_policy.compute_stages(POLICY, "s")
    assert [step.name for step in stages.steps] == list(STAGE_NAMES)
    assert stages.steps[0].value.startswith('{"expiration":"2120')
    assert [step.value for step in stages.steps[1:]] == [POLICY, POLICY, oss_policy.compute_signature(POLICY, "s")]


@pytest.mark.parametrize("policy", ["", "no base64", "é", b64encode(b"\xff\xfe").decode()])
def test_what_is_no_policy_is_signed_as_it_stands(policy: str) -> None:
    stages = oss_policy.compute_stages(policy, "s")
    assert {stages.steps[0].value, stages.steps[2].value} == {policy}


def test_a_signed_form_verifies_from_its_own_wire_bytes() -> None:
    signed = oss_policy.sign_request(call(part("policy", POLICY), part("key", "k")), "id", "s")
    assert oss_policy.read_signature(signed) == oss_policy.recompute_stages(signed, "s").signature
    assert oss_policy.read_signature(signed) != oss_policy.recompute_stages(signed, "t").signature
    assert signed.body.startswith(
        part("OSSAccessKeyId", "id") + part("Signature", oss_policy.compute_signature(POLICY, "s"))
    )


def test_signing_again_replaces_the_first_signature() -> None:
    unsigned = call(part("policy", POLICY), part("key", "Signature"))
    again = oss_policy.sign_request(oss_policy.sign_request(unsigned, "one", "s"), "two", "t")
    assert again == oss_policy.sign_request(unsigned, "two", "t")


def test_a_form_without_signature_presents_none() -> None:
    assert oss_policy.read_signature(call(part("policy", POLICY))) is None
