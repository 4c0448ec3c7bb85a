"""Which implementations, independent of ours, confirm a vector; tests/specs/vectors/test_confirmed.py and tests/clients/test_vectors_node.py run them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lookalike_specs.messages import parse_pairs
from lookalike_specs.signing import canonical
from lookalike_specs.vectors import Confirmer, Vector, to_request

CanConfirm = Callable[[Vector], bool]


def list_confirmers(scheme: str, vector: Vector, *, documented: bool) -> tuple[Confirmer, ...]:
    """Return the implementations that confirm a vector; `documented`: the vendor's own documents have its values."""
    sdks = [name for name, can in SDK_RULES.get(scheme, {}).items() if vector.result == "valid" and can(vector)]
    if documented:
        return ("node-driver", *sdks, "vendor-documents")
    return ("node-driver", *sdks)


def _are_unique(names: Iterable[object]) -> bool:
    listed = list(names)
    return len(listed) == len(set(listed))


def _can_confirm_rpc(vector: Vector) -> bool:
    # SDKs hold parameters in a table, where a name stands once
    return _are_unique(name for name, _ in canonical.decode_parameters(to_request(vector.request)))


def _fits_tables(vector: Vector) -> bool:
    # SDKs hold the query and the headers in tables, and take the path as it is
    sent = to_request(vector.request)
    query = _are_unique(n for n, _ in parse_pairs(sent.query))
    headers = _are_unique(n for n, _ in sent.headers)
    return query and headers and sent.path == vector.request.path


def _can_confirm_acs3(vector: Vector) -> bool:
    # the SDK encodes values, and leaves names as they are, where the documents encode both
    return _fits_tables(vector) and all(
        canonical.percent_encode(name) == name for name, _ in parse_pairs(to_request(vector.request).query)
    )


def _can_confirm_roa(vector: Vector) -> bool:
    # SDKs do not trim headers
    sent = to_request(vector.request)
    return _fits_tables(vector) and all(value == value.strip() for _, value in sent.headers)


def _can_confirm_roa_core(vector: Vector) -> bool:
    # the older core signs `a=` where the documents and the newer SDK have `a`
    return _can_confirm_roa(vector) and all(value for _, value in parse_pairs(to_request(vector.request).query))


def _can_confirm_acs3_node(vector: Vector) -> bool:
    # the Node.js SDK signs the headers that it always signs, and no others
    names = {name.decode() for name, _ in to_request(vector.request).headers}
    usual = {name for name in names if name in {"host", "content-type"} or name.startswith("x-acs-")}
    return (
        _can_confirm_acs3(vector)
        and vector.sign is not None
        and {name.lower() for name in vector.sign.signed_headers} == usual
    )


def _can_confirm_roa_node(vector: Vector) -> bool:
    # it signs `a=` as the older core does, and the word `undefined` where there is no `Accept`
    sent = to_request(vector.request)
    return (
        _fits_tables(vector)
        and all(value for _, value in parse_pairs(sent.query))
        and sent.get_header(b"accept") is not None
    )


SDK_RULES: Final[Mapping[str, Mapping[Confirmer, CanConfirm]]] = {
    "acs-rpc": {
        "alibabacloud-tea-openapi": _can_confirm_rpc,
        "aliyun-python-sdk-core": _can_confirm_rpc,
        "@alicloud/openapi-core": _can_confirm_rpc,
    },
    "acs-roa": {
        "alibabacloud-tea-openapi": _can_confirm_roa,
        "aliyun-python-sdk-core": _can_confirm_roa_core,
        "@alicloud/openapi-core": _can_confirm_roa_node,
    },
    "acs3": {"alibabacloud-tea-openapi": _can_confirm_acs3, "@alicloud/openapi-core": _can_confirm_acs3_node},
}
