"""The vectors of Alibaba Cloud's RPC signature, in its three placements."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote, quote_plus

from msgspec.structs import replace

from lookalike_specs.messages import Request
from lookalike_specs.provenance import Source
from lookalike_specs.signing import acs_rpc as scheme
from lookalike_specs.signing import canonical
from lookalike_specs.signing.acs_rpc import Placement
from lookalike_specs.signing.canonical import decode_parameters
from lookalike_specs.vectors import VectorSuite

from .alibaba_cloud import (
    KEY,
    SEARCH_FORM,
    SECOND,
    SECRET,
    SKEW_LIMIT,
    SORTED_QUERIES,
    TEMPORARY,
    TOKEN,
    build_group,
    build_post,
)
from .gateway import REPLAY_DELAYS, add_kept_nonce, add_replays, add_time_limits, add_tokens, sign_with_temporary_key
from .mutations import (
    corrupt_signature,
    move_last_parameter_first,
    remove_parameter,
    replace_once,
    set_header,
    sign_sha1,
)
from .scheme_signer import SchemeSigner
from .suite_builder import ClientInputs, SchemeAdapter, SuiteBuilder, format_time


def build_search(form: str = "") -> Request:
    """Return a search, with more in its form, that is not signed."""
    body = SEARCH_FORM
    if form:
        body += f"&{form}"
    return build_post("Action=SearchImageByPic&Version=2020-12-14&Format=JSON", body)


strip_signature = partial(remove_parameter, name="Signature")


def _put_signature(request: Request, signature: str) -> Request:
    return canonical.append_to_query(strip_signature(request), (("Signature", signature),))


def _read_client_inputs(request: Request) -> ClientInputs:
    parameters = dict(canonical.decode_parameters(request))
    placement: Placement = "query"
    if b"Timestamp=" not in request.query:
        placement = "form"
    elif not request.body:
        placement = "everything-in-query"
    return {
        "timestamp": parameters["Timestamp"],
        "nonce": parameters["SignatureNonce"],
        "placement": placement,
    }


SIGNER = SchemeSigner(
    SchemeAdapter(scheme.NAME, "AccessKeySecret", scheme.recompute_stages, strip_signature, _read_client_inputs),
    scheme.sign_request,
    _put_signature,
)
sign_request = SIGNER.sign_request
put_signature = SIGNER.put_signature
sign_again = SIGNER.sign_again


ORIGIN = Source("documented", "help.aliyun.com/en/sdk/product-overview/rpc-mechanism")
STAGES = {
    "signed": "For people: the method, then every parameter of query and form but `Signature`, decoded and sorted, a line each.",
    "canonical": "Names and values percent-encoded, joined by `=` and `&`, sorted by name.",
    "string-to-sign": "The method, `&%2F&`, and the canonical text percent-encoded once more.",
    "signature": "Base64 of HMAC-SHA1 of the string to sign; the key is the secret and a `&`.",
}


def build_suite() -> VectorSuite:
    """Return the scheme's vectors."""
    suite = SuiteBuilder(SIGNER.adapter)
    _add_documented(suite)
    suite.start_group(build_group("System parameters in the query, the others in a form: SDKs of generation 3"))
    _add_valid_searches(suite)
    _add_all_invalid(suite)
    suite.start_group(build_group("All parameters in the form: @alicloud/pop-core"))
    _add_placement(suite, "form")
    suite.start_group(build_group("All parameters in the query"))
    _add_placement(suite, "everything-in-query")
    suite.start_group(build_group("A temporary key with its token", TEMPORARY))
    _add_temporary_key(suite)
    return suite.build_suite(
        "HMAC-SHA1 over the encoded and sorted parameters, Base64; SignatureVersion 1.0", ORIGIN, STAGES
    )


# action, what its query has of its own, when, and the signature that the vendor's page has
DOCUMENTED_EXAMPLES = (
    ("DescribeRegions", "Format=XML&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC), "OLeaidS1JvxuMvnyHOwuJ+uX5qY="),
    ("DescribeDedicatedHosts", "Format=JSON&RegionId=cn-beijing&SignatureNonce=edb2b34af0af9a6d14deaf7c1a5315eb", datetime(2023, 3, 13, 8, 34, 30, tzinfo=UTC), "9NaGiOspFP5UPcwX8Iwt2YJXXuk="),
)  # fmt: skip


def _add_documented(suite: SuiteBuilder) -> None:
    credentials = {"AccessKeyId": "testid", "AccessKeySecret": "testsecret"}
    common = "&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Version=2014-05-26"
    host = ((b"host", b"ecs.aliyuncs.com"),)
    for action, own, at, sign in DOCUMENTED_EXAMPLES:
        suite.start_group(build_group(f"The vendor's worked example, {action}", credentials, time=at, api=""), ORIGIN)
        query = f"Action={action}&{own}&Timestamp={quote(format_time(at), safe='')}{common}&Signature={quote(sign, safe='')}"
        request = Request(method="GET", scheme="https", path="/", query=query.encode(), headers=host)
        suite.add_valid(f"{action}, by GET", "", request)


FORMS = (
    ("A plain search", "", ""),
    *SORTED_QUERIES,
    ("A name that has to be encoded", "SortOrder NonAscii", "a%20b=1&%E5%A4%96=2"),
    ("A `+` in the form is a space, signed as `%20`", "PlusIsSpace", "Note=a+b"),
    ("A `%20` is the same space", "PlusIsSpace", "Note=a%20b"),
    ("A `%2B` is a plus, signed as `%2B`", "PlusIsSpace", "Note=a%2Bb"),
    ("`~` as it is", "Unreserved", "Note=a~b"),
    ("`~` sent as `%7E`, signed as `~`", "Unreserved HexCase", "Note=a%7Eb"),
    ("`*` as it is, signed as `%2A`", "Unreserved", "Note=a*b"),
    ("`!'()` as they are, signed encoded", "Unreserved", "Note=a!'()b"),
    ("Chinese", "NonAscii", "Filter=str_attr%3D%22%E7%BA%A2%22"),
    ("Chinese in lower-case hex, signed in upper-case", "NonAscii HexCase", "Filter=str_attr%3D%22%e7%ba%a2%22"),
    ("An emoji", "NonAscii", "Note=%F0%9F%91%9F"),
    ("A value that is itself percent-encoded", "DoubleEncoding", "Note=%2520%252B"),
    ("`&`, `=` and `/` in a value", "DoubleEncoding", "Note=a%3D1%26b%2F2"),
    ("An empty value is signed", "EmptyValue", "SignatureType="),
    ("A name without `=` has an empty value", "EmptyValue", "Note"),
    ("A repeated name: each pair, in the order sent", "Repeated", "Note=b&Note=a"),
    ("A line break", "DoubleEncoding", "Note=a%0D%0Ab"),
)  # fmt: skip


def _add_valid_searches(suite: SuiteBuilder) -> None:
    for comment, flags, form in FORMS:
        suite.add_valid(comment, flags, sign_request(build_search(form)))
    suite.add_valid("The signature stands first", "Order", move_last_parameter_first(sign_request(build_search())))
    add_kept_nonce(suite, SIGNER, build_search())
    add_time_limits(suite, SIGNER, build_search())
    again = {**REPLAY_DELAYS, "The same bytes just before they expire": SKEW_LIMIT - SECOND}
    add_replays(suite, SIGNER, build_search(), build_search("Start=1"), again)


def _add_placement(suite: SuiteBuilder, placement: Placement) -> None:
    def sign_search(form: str = "", secret: str = SECRET) -> Request:
        return sign_request(build_search(form), placement=placement, secret=secret)

    plain = sign_search()
    suite.add_valid("A plain search", "Placement", plain)
    suite.add_valid("Chinese, a space, `*` and `~`", "Placement NonAscii", sign_search("Note=%E7%BA%A2+*~"))
    suite.add_valid("An empty value", "Placement EmptyValue", sign_search("SignatureType="))
    suite.add_invalid("No signature", "Placement Missing", strip_signature(plain), "missing-signature")
    suite.add_invalid("Another secret", "Placement WrongSecret", sign_search(secret="wrong"))
    suite.add_invalid("A value changed afterwards", "Placement Tampered", replace_once(plain, "Num=1", "Num=2"))


def _add_temporary_key(suite: SuiteBuilder) -> None:
    add_tokens(suite, SIGNER, build_search(), "The token is signed like any parameter")
    unsigned = sign_with_temporary_key(SIGNER, build_search(), None)
    late = replace(unsigned, query=unsigned.query + f"&SecurityToken={TOKEN}".encode())
    suite.add_invalid("The token added after signing", "SecurityToken Tampered", late)


def _add_all_invalid(suite: SuiteBuilder) -> None:
    """Add every request that has to be refused."""
    plain = sign_request(build_search())
    stages = SIGNER.compute_stage_texts(plain)
    _add_system_parameters(suite, plain)
    _add_doubled(suite, plain, stages["signature"])
    # the key of the HMAC is the secret and a `&`, which is easily forgotten
    unended = sign_sha1(SECRET, stages["string-to-sign"])
    suite.add_invalid("Another secret", "WrongSecret", sign_request(build_search(), secret="wrong"))
    suite.add_invalid("The secret without its `&`", "MissingStep", put_signature(plain, unended))
    _add_tampered(suite, plain)
    for comment, flags, wrong in corrupt_signature(stages["signature"], stages["string-to-sign"], SECRET + "&"):
        suite.add_invalid(comment, flags, put_signature(plain, wrong))
    _add_wrongly_signed(suite)


def _add_system_parameters(suite: SuiteBuilder, plain: Request) -> None:
    """Add parameters that are missing or unreadable, signed as they are."""
    sign = SIGNER.compute_stage_texts(plain)["signature"]
    # the nonce is a numbered one, so it is read back
    nonce = SIGNER.adapter.read_client_inputs(plain)["nonce"]

    def sign_with_change(old: str, new: str = "") -> Request:
        return sign_again(replace_once(plain, old, new))

    suite.add_all_invalid(
        ("No signature", "Missing", strip_signature(plain), "missing-signature"),
        ("The signature under the name `signature`", "WrongPlace", replace_once(plain, "&Signature=", "&signature="), "missing-signature"),
        ("The signature in a header", "WrongPlace", set_header(strip_signature(plain), "signature", sign), "missing-signature"),
        ("No key", "Missing", sign_with_change(f"&AccessKeyId={KEY}"), "missing-key"),
        ("A key that nobody has", "WrongKey", sign_request(build_search(), key="LTAI-nobody"), "unknown-key"),
        ("Another method of signing is named", "Version", sign_with_change("HMAC-SHA1", "HMAC-SHA256"), "algorithm"),
        ("Another version of signing is named", "Version", sign_with_change("SignatureVersion=1.0", "SignatureVersion=2.0"), "version"),
        ("No time", "Missing", sign_with_change("&Timestamp=2026-11-21T00%3A26%3A28Z"), "missing-timestamp"),
        ("A time with an offset", "Malformed", sign_with_change("28Z", "28%2B00%3A00"), "malformed-timestamp"),
        ("A thirteenth month", "Malformed", sign_with_change("2026-11", "2026-13"), "malformed-timestamp"),
        ("No nonce", "Missing", sign_with_change(f"SignatureNonce={nonce}&"), "missing-nonce"),
    )  # fmt: skip


# The signature cannot be among the signed parameters, so nothing would be noticed of a second one: it has to be refused.
def _add_doubled(suite: SuiteBuilder, plain: Request, sign: str) -> None:
    twice = f"&Signature={quote(sign, safe='')}&Signature="
    suite.add_all_invalid(
        ("The right signature twice", "Doubled", replace_once(plain, "&Signature=", twice), "malformed"),
        ("Two signatures, the right one first", "Doubled", replace(plain, query=plain.query + b"&Signature=x"), "malformed"),
        ("Two signatures, one in the form", "Doubled", replace(plain, body=plain.body + b"&Signature=x"), "malformed"),
    )  # fmt: skip


def _add_tampered(suite: SuiteBuilder, plain: Request) -> None:
    """Add requests that were changed after signing."""
    repeated = replace_once(sign_request(build_search("Note=b&Note=a")), "Note=b&Note=a", "Note=a&Note=b")
    suite.add_all_invalid(
        ("A parameter added afterwards", "Tampered", replace_once(plain, "&Num=1", "&Num=1&Start=1")),
        ("An empty parameter added afterwards", "Tampered EmptyValue", replace_once(plain, "&Num=1", "&Num=1&Note=")),
        ("A parameter dropped afterwards", "Tampered", replace_once(plain, "&Num=1", "")),
        ("A value changed afterwards", "Tampered", replace_once(plain, "&Num=1", "&Num=2")),
        ("The time changed afterwards", "Tampered", replace_once(plain, "26%3A28Z", "26%3A29Z")),
        ("A repeated name in another order than it was signed", "Tampered Repeated", repeated),
    )


def _add_wrongly_signed(suite: SuiteBuilder) -> None:
    """Add the mistakes of the canonical text, each by its own code and none of ours."""
    searched = build_search("Note=a+b%2A~%E7%BA%A2&a=1&B=")
    form = {"InstanceName", "PicContent", "Num", "Note", "a", "B"}
    for comment, flags, canonicalize in (
        ("Signed with `+` for the space", "PlusIsSpace", _make_canonicalizer(lambda text: quote_plus(text, safe="~"))),
        ("Signed with `*` as it is", "Unreserved", _make_canonicalizer(lambda text: quote(text, safe="*~"))),
        ("Signed with `%7E` for `~`", "Unreserved", _make_canonicalizer(lambda text: quote(text, safe="").replace("~", "%7E"))),
        ("Signed in lower-case hex", "HexCase", _make_canonicalizer(_encode_in_lower_case)),
        ("Signed without encoding", "DoubleEncoding MissingStep", _make_canonicalizer(str)),
        ("Sorted without regard to case", "SortOrder", _make_canonicalizer(order=lambda name: name.casefold())),
        ("Signed without its empty values", "EmptyValue MissingStep", _make_canonicalizer(keep=lambda pair: bool(pair[1]))),
        ("Signed without the form", "Form MissingStep", _make_canonicalizer(keep=lambda pair: pair[0] not in form)),
    ):  # fmt: skip
        request = sign_request(searched)
        text = f"POST&%2F&{_percent_encode(canonicalize(request))}"
        suite.add_invalid(comment, flags, put_signature(request, sign_sha1(SECRET + "&", text)))
    request = sign_request(searched)
    stages = SIGNER.compute_stage_texts(request)
    # what is canonical is already encoded; the rule encodes it again, and many implementations forget that
    once = f"POST&%2F&{stages['canonical']}"
    get = stages["string-to-sign"].replace("POST&", "GET&", 1)
    twice = "The canonical text was not encoded a second time"
    suite.add_invalid(twice, "DoubleEncoding MissingStep", put_signature(request, sign_sha1(SECRET + "&", once)))
    suite.add_invalid("Signed for GET, sent by POST", "Tampered", put_signature(request, sign_sha1(SECRET + "&", get)))


def _percent_encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _encode_in_lower_case(text: str) -> str:
    # only the escapes may be in lower case: a letter of the text itself stays
    return re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), _percent_encode(text))


def _make_canonicalizer(
    encode: Callable[[str], str] = _percent_encode,
    order: Callable[[str], str] = str,
    keep: Callable[[tuple[str, str]], bool] = lambda _: True,
) -> Callable[[Request], str]:
    def canonicalize(request: Request) -> str:
        pairs = [pair for pair in decode_parameters(request) if pair[0] != "Signature" and keep(pair)]
        return "&".join(f"{encode(n)}={encode(v)}" for n, v in sorted(pairs, key=lambda pair: order(pair[0])))

    return canonicalize
