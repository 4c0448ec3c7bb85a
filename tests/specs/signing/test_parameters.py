import pytest

from lookalike_specs.messages import Pairs, Request
from lookalike_specs.signing import canonical


@pytest.mark.parametrize(
    ("raw", "added", "expected"),
    [
        pytest.param(b"", (("a", "1"),), b"a=1", id="nothing-yet"),
        pytest.param(b"b=x+y&c", (("a", "1"),), b"b=x+y&c&a=1", id="the-rest-stays-as-it-is"),
        pytest.param(b"a=0&b=2&%61=3", (("a", "1"),), b"b=2&a=1", id="the-same-name-goes"),
        pytest.param(b"b=2", (("a", "+/="),), b"b=2&a=%2B%2F%3D", id="encoded"),
        pytest.param(b"b=2&&c=3&", (), b"b=2&c=3", id="nothing-to-add"),
    ],
)
def test_extended(raw: bytes, added: Pairs, expected: bytes) -> None:
    assert canonical.append_pairs(raw, added) == expected


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (b"application/x-www-form-urlencoded; charset=utf-8", (("q", "1"), ("f", "2"))),
        (b"application/json", (("q", "1"),)),
        (b"", (("q", "1"),)),
    ],
)
def test_only_a_form_body_has_parameters(content_type: bytes, expected: Pairs) -> None:
    request = Request(method="POST", path="/", query=b"q=1", body=b"f=2", headers=((b"content-type", content_type),))
    assert canonical.decode_parameters(request) == expected
