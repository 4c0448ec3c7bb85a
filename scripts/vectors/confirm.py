"""Which implementations, independent of ours, confirm a vector; tests/specs/vectors/test_confirmed.py and tests/clients/test_vectors_node.py run them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lookalike_specs.signing import parameters, percent
from lookalike_specs.vectors import Confirmer, Vector, request
from lookalike_specs.wire import pairs

Can = Callable[[Vector], bool]


def confirmers(scheme: str, vector: Vector, *, documented: bool) -> tuple[Confirmer, ...]:
    """Those that can say something of this vector."""
    sdks = [name for name, can in SDKS.get(scheme, {}).items() if vector.result == "valid" and can(vector)]
    pages: list[Confirmer] = ["vendor-documents"] if documented else []
    return ("node-driver", *sdks, *pages)


def _unique(names: Iterable[object]) -> bool:
    listed = list(names)
    return len(listed) == len(set(listed))


def _rpc(vector: Vector) -> bool:
    """SDKs hold parameters in a table, where a name stands once."""
    return _unique(name for name, _ in parameters.sent(request(vector.request)))


def _tables(vector: Vector) -> bool:
    """They hold the query and the headers in tables, and take the path as it is."""
    sent = request(vector.request)
    query, headers = _unique(n for n, _ in pairs(sent.query)), _unique(n for n, _ in sent.headers)
    return query and headers and sent.path == vector.request.path


def _acs3(vector: Vector) -> bool:
    """The SDK encodes values, and leaves names as they are, where the documents encode both."""
    return _tables(vector) and all(percent.encode(name) == name for name, _ in pairs(request(vector.request).query))


def _roa(vector: Vector) -> bool:
    """They do not trim headers."""
    sent = request(vector.request)
    return _tables(vector) and all(value == value.strip() for _, value in sent.headers)


def _roa_core(vector: Vector) -> bool:
    """The older core signs `a=` where the documents and the newer SDK have `a`."""
    return _roa(vector) and all(value for _, value in pairs(request(vector.request).query))


def _acs3_node(vector: Vector) -> bool:
    """The Node.js SDK signs the headers that it always signs, and no others."""
    names = {name.decode() for name, _ in request(vector.request).headers}
    usual = {name for name in names if name in {"host", "content-type"} or name.startswith("x-acs-")}
    return _acs3(vector) and vector.sign is not None and {name.lower() for name in vector.sign.signed_headers} == usual


def _roa_node(vector: Vector) -> bool:
    """It signs `a=` as the older core does, and the word `undefined` where there is no `Accept`."""
    sent = request(vector.request)
    return _tables(vector) and all(value for _, value in pairs(sent.query)) and sent.header(b"accept") is not None


SDKS: Final[Mapping[str, Mapping[Confirmer, Can]]] = {
    "acs-rpc": {"alibabacloud-tea-openapi": _rpc, "aliyun-python-sdk-core": _rpc, "@alicloud/openapi-core": _rpc},
    "acs-roa": {
        "alibabacloud-tea-openapi": _roa,
        "aliyun-python-sdk-core": _roa_core,
        "@alicloud/openapi-core": _roa_node,
    },
    "acs3": {"alibabacloud-tea-openapi": _acs3, "@alicloud/openapi-core": _acs3_node},
}
