"""What the flags of the vectors mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lookalike_specs.provenance import Source
from lookalike_specs.vectors import FlagNote

RULE_SOURCE: Final = Source("documented", "the scheme's rule; see `provenance` of the file")
INFERRED_SOURCE: Final = Source("inferred", "follows from the scheme's rule")
INVENTED_SOURCE: Final = Source("invented", "how strict the vendor is here is not known; refusing is safe")
GATEWAY_SOURCE: Final = Source("documented", "the vendor's public docs, and threads of its users on the error's name")
EXPIRY_SOURCE: Final = Source(
    "inferred", "the vendor's public docs say 15 minutes; which second is the last that counts follows from their words"
)
NONCE_SOURCE: Final = Source("invented", "what a refused request does to its nonce is not known")


def _build_note(bug_type: str, description: str, provenance: Source = RULE_SOURCE, *links: str) -> FlagNote:
    return FlagNote(bug_type=bug_type, description=description, provenance=provenance, links=links)  # type: ignore[arg-type]


NOTES: Final[Mapping[str, FlagNote]] = {
    "BodyDigest": _build_note("AUTH_BYPASS", "The digest of the body must fit the body; a server that does not look signs nothing of it."),
    "Charset": _build_note("ENCODING", "Text is signed as UTF-8, whatever the platform's charset is.", INFERRED_SOURCE),
    "DoubleEncoding": _build_note("ENCODING", "A value that looks percent-encoded is decoded once and no further."),
    "Doubled": _build_note("SIGNATURE_MALLEABILITY", "The signature is the one parameter that is not signed, so a second one would go unnoticed.", INVENTED_SOURCE),
    "EmptyBody": _build_note("EDGE_CASE", "A body of no bytes has a digest too, where the scheme wants one."),
    "EmptyValue": _build_note("EDGE_CASE", "A parameter with an empty value is a parameter."),
    "Expired": _build_note("AUTH_BYPASS", "A time of signing more than 15 minutes from now is refused, and a policy at its end.", EXPIRY_SOURCE, "https://github.com/acmesh-official/acme.sh/issues/6258"),
    "Form": _build_note("BASIC", "Parameters of a form body are signed like those of the query."),
    "HeaderOrder": _build_note("ENCODING", "Signed headers are sorted by their lower-case names, whatever their order on the wire."),
    "HeaderValue": _build_note("ENCODING", "Header names are signed in lower case, values without the blanks around them."),
    "HexCase": _build_note("ENCODING", "How the sender escaped a byte does not count: it is decoded first, and escaped with upper-case hex where it is escaped at all."),
    "Malformed": _build_note("EDGE_CASE", "The credential cannot be read.", INVENTED_SOURCE),
    "Missing": _build_note("MISSING_STEP", "Something that a signature needs is not there, or empty."),
    "MissingStep": _build_note("MISSING_STEP", "The signer left out, or changed, a step of the rule."),
    "ModifiedSignature": _build_note("SIGNATURE_MALLEABILITY", "A signature counts as a whole: one other character is a mismatch."),
    "NoReplayProtection": _build_note("LEGACY", "The scheme has no nonce here, so the same bytes are good twice. Not a bug of yours: of the scheme.", INFERRED_SOURCE),
    "NonAscii": _build_note("ENCODING", "Text is signed as UTF-8, by bytes, not by characters."),
    "Nonce": _build_note("AUTH_BYPASS", "A nonce is used once by a key.", GATEWAY_SOURCE, "https://github.com/aliyun/alibaba-cloud-sdk-go/issues/39"),
    "NonceKept": _build_note("EDGE_CASE", "A nonce is used up by a request that was let in, not by one that was refused: else anybody could use up yours.", NONCE_SOURCE),
    "NotEncoded": _build_note("ENCODING", "Decoded values are signed raw."),
    "NotInjective": _build_note("SIGNATURE_MALLEABILITY", "Two different requests have one signed text. Not a bug of yours: of the scheme.", INFERRED_SOURCE),
    "NotSigned": _build_note("EDGE_CASE", "The scheme does not sign this part, so any value of it is good."),
    "Order": _build_note("BASIC", "The order on the wire does not count."),
    "PaddedSignature": _build_note("SIGNATURE_MALLEABILITY", "A signature with something around it is another signature.", INVENTED_SOURCE),
    "Path": _build_note("ENCODING", "How the path enters the signed text."),
    "Placement": _build_note("BASIC", "The same parameters have the same signature, wherever they stand."),
    "Plain": _build_note("BASIC", "Nothing special."),
    "PlusIsSpace": _build_note("ENCODING", "In a query and a form `+` is a space and `%2B` a plus; where the signed text is encoded, a space is `%20`."),
    "Policy": _build_note("EDGE_CASE", "What the signed policy says."),
    "Repeated": _build_note("EDGE_CASE", "A name that stands more than once.", INFERRED_SOURCE),
    "SecretSent": _build_note("EDGE_CASE", "`appSecret` beside `sign` is a parameter like any other. Whether the vendor then looks at `sign` at all is not known.", INVENTED_SOURCE),
    "SecurityToken": _build_note("BASIC", "A temporary key comes with a token, which is signed where the scheme signs its place."),
    "SignatureCase": _build_note("SIGNATURE_MALLEABILITY", "Another case is another signature.", INVENTED_SOURCE),
    "SignedHeaders": _build_note("EDGE_CASE", "Which headers are signed is what the credential says."),
    "SortOrder": _build_note("ENCODING", "Names are sorted by code unit: not by locale, not without case, not as numbers, not together with their values."),
    "Tampered": _build_note("AUTH_BYPASS", "The request was changed after it was signed."),
    "TruncatedSignature": _build_note("AUTH_BYPASS", "A part of the signature is none; compare the whole of it, whatever its length."),
    "Unreserved": _build_note("ENCODING", "`A-Za-z0-9-_.~` are never escaped in a signed text, everything else is: `*` is `%2A` where the scheme encodes."),
    "UnsignedHeader": _build_note("AUTH_BYPASS", "The signature is right, but leaves out a header that has to be signed: it could be sent again with another one. The vendor's page says what clients sign, and not what comes otherwise.", INFERRED_SOURCE),
    "Utf16Order": _build_note("EDGE_CASE", "Java sorts UTF-16 code units: U+1F600 comes before U+FF01, though its code point is greater.", INFERRED_SOURCE),
    "Version": _build_note("WRONG_PRIMITIVE", "The request names another method or version of signing."),
    "WrongAlgorithm": _build_note("WRONG_PRIMITIVE", "The signature was made with another algorithm."),
    "WrongKey": _build_note("AUTH_BYPASS", "Nobody has that key."),
    "WrongPlace": _build_note("MISSING_STEP", "The signature stands where nobody looks for it.", INFERRED_SOURCE),
    "WrongSecret": _build_note("AUTH_BYPASS", "The signature was made with another secret."),
}  # fmt: skip
