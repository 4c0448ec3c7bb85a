"""Daji's uploads at both its APIs: from an image, however it is sent, to an id and what a search finds by it."""

import re
from base64 import b64encode, encodebytes
from collections.abc import Callable
from struct import pack
from typing import Any
from urllib.parse import urlencode
from zlib import compress, crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lookalike_mocks import Mock
from lookalike_mocks.catalogue import ids
from lookalike_mocks.catalogue.identicon import draw_identicon, render_jpeg
from lookalike_specs import load_api
from lookalike_specs.messages import Pairs, Request, Response
from lookalike_specs.signing import daji

from ..image_files import draw_landscape, encode_image
from .daji_client import (
    FORM_MEDIA_TYPE,
    HOST_HEADER,
    MULTIPART_MEDIA_TYPE,
    UPLOAD_VARIANTS,
    Body,
    DajiClient,
    encode_multipart,
)
from .documented import create_validators

PATHS = {"daji-1688": "/alibaba/upload/image", "daji-taobao": "/taobao/upload/image"}
SECRET = "lookalike-demo-secret"
URL = "https://img.alicdn.com/bao/uploaded/i3/684174095/O1CN019WLF1n1g7YYWtonEu_!!0-item_pic.jpg"
MOST = 3 * 1024 * 1024
MOCK = Mock(*PATHS)
POST = {api: DajiClient(api, path, {}, MOCK, "post") for api, path in PATHS.items()}
GET = {api: DajiClient(api, path, {}, MOCK) for api, path in PATHS.items()}
SEARCH = DajiClient("daji-1688", "/alibaba/product/imageQuery", {"beginPage": 1, "pageSize": 20, "country": "en"}, MOCK)
both = pytest.mark.parametrize("api", PATHS)


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def uploaded(api: str, text: str, mock: Mock | None = None, content_type: str = FORM_MEDIA_TYPE) -> str:
    """The id that an image in Base64 gets."""
    image_id: str = POST[api].send_request(POST[api].build_post("demo", content_type, image_base64=text), mock)[
        "imageId"
    ]
    return image_id


def offers(**sent: Any) -> list[int]:
    return [offer["offerId"] for offer in SEARCH.fetch_data(**sent)["data"]]


GOODS, OTHER = base64(render_jpeg(4711)), base64(encode_image(draw_landscape(), "PNG"))

# ---------------------------------------------------------------- ids


@both
@pytest.mark.parametrize("text", [GOODS, OTHER], ids=["product", "other"])
def test_the_same_image_has_the_same_id_everywhere_and_always(api: str, text: str) -> None:
    found = {
        uploaded(api, text, mock, way)
        for mock in (MOCK, Mock(*PATHS, seed=9))
        for way in (FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE)
    }
    found |= {uploaded(other, text) for other in PATHS}
    assert len(found) == 1
    assert re.fullmatch(r"\d{19}", found.pop())


@both
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("side", [8, 99, 800])
def test_a_product_is_found_by_its_image_in_every_format_and_size(api: str, form: str, side: int) -> None:
    found = uploaded(api, base64(encode_image(draw_identicon(4711, side), form)))
    assert found == ids.encode_image_id(4711)
    assert offers(imageId=found)[0] == ids.encode_offer_id(4711)


def test_other_images_have_other_ids_and_find_other_goods() -> None:
    turned = draw_landscape().transpose(Image.Transpose.ROTATE_180)
    found = [uploaded("daji-1688", text) for text in (GOODS, OTHER, base64(encode_image(turned, "PNG")))]
    assert len(set(found)) == len({tuple(offers(imageId=each)) for each in found}) == 3
    copy = base64(encode_image(draw_landscape().resize((320, 240)), "JPEG", quality=60))
    assert uploaded("daji-1688", copy) == found[1]


def test_an_id_holds_where_ids_are_checked() -> None:
    mock = Mock("daji-1688", variants={"unknown-image-id": "refused"})
    for text in (GOODS, OTHER):
        assert SEARCH.fetch_data(mock, imageId=uploaded("daji-1688", text))["data"]
    assert SEARCH.fetch_data(mock, imageId="1164408192156408878")["data"]


@both
@pytest.mark.parametrize(
    "url", [URL, "http://example.com/a.jpg?x=1", f"https://a/O1CN01{ids.encode_image_code(7)}_!!0.jpg"]
)
def test_an_address_is_the_same_image_as_in_a_search(api: str, url: str) -> None:
    image_id = GET[api].fetch_data(pic_url=url)["imageId"]
    assert offers(imageId=image_id) == offers(imageAddress=url)


def test_an_address_in_a_form_is_the_same_as_in_a_query() -> None:
    image_id = POST["daji-taobao"].send_request(POST["daji-taobao"].build_post(pic_url=URL))["imageId"]
    assert image_id == GET["daji-taobao"].fetch_data(pic_url=URL)["imageId"]


# ---------------------------------------------------------------- the vendor's own samples


@both
def test_the_answer_is_that_of_the_vendors_sample(api: str) -> None:
    reply = MOCK.respond(POST[api].build_post(image_base64=GOODS))
    assert list(msgspec.json.decode(reply.body)) == ["code", "message", "data", "timestamp", "traceId"]
    assert list(POST[api].decode_body(reply)["data"]) == ["imageId"]


def test_the_parameters_may_stand_in_the_query_as_on_the_older_page() -> None:
    small = base64(encode_image(draw_identicon(4711, 16), "PNG"))
    request = GET["daji-taobao"].build_get(image_base64=small)
    assert POST["daji-taobao"].send_request(msgspec.structs.replace(request, method="POST")) == {
        "imageId": ids.encode_image_id(4711)
    }


@both
def test_the_image_may_stand_in_the_query_and_the_credentials_in_the_form(api: str) -> None:
    small = base64(encode_image(draw_identicon(4711, 16), "PNG"))
    key, image, sign = POST[api].sign_pairs("demo", {"image_base64": small})
    request = post(api, urlencode((key, sign)).encode(), FORM_MEDIA_TYPE, urlencode([image]).encode())
    assert POST[api].send_request(request) == {"imageId": ids.encode_image_id(4711)}


def test_the_credentials_may_stand_in_the_query_and_the_image_in_the_form() -> None:
    *sent, sign = POST["daji-1688"].sign_pairs("demo", {"image_base64": GOODS})
    for way, body in (
        (FORM_MEDIA_TYPE, urlencode(sent[1:]).encode()),
        (MULTIPART_MEDIA_TYPE, encode_multipart(tuple(sent[1:]))),
    ):
        query = urlencode([sent[0], sign]).encode()
        assert POST["daji-1688"].send_request(post("daji-1688", body, way, query))["imageId"] == ids.encode_image_id(
            4711
        )


# ---------------------------------------------------------------- signs


def post(api: str, body: bytes, content_type: str = FORM_MEDIA_TYPE, query: bytes = b"") -> Request:
    headers = (HOST_HEADER, (b"content-type", content_type.encode()))
    return Request(method="POST", path=PATHS[api], query=query, headers=headers, body=body)


def framed(way: str, pairs: Pairs) -> bytes:
    return urlencode(pairs).encode() if way == FORM_MEDIA_TYPE else encode_multipart(pairs)


def with_file(pairs: Pairs) -> bytes:
    """The same, and the image once more as a file, which is neither a parameter nor signed."""
    head = b'--XX\r\nContent-Disposition: form-data; name="image_base64"; filename="a.jpg"\r\n\r\n'
    return head + render_jpeg(1) + b"\r\n" + encode_multipart(pairs)


PLAIN: Pairs = (("appKey", "lookalike-demo-key"), ("image_base64", GOODS))
SIGN = ("sign", daji.compute_signature(PLAIN, SECRET))
# the pairs that are sent -> the error, "" for none
SIGNED: dict[str, tuple[Pairs, str]] = {
    "right": ((*PLAIN, SIGN), ""),
    "secret alone": ((*PLAIN, ("appSecret", SECRET)), ""),
    "other names too": (
        (*PLAIN, ("base64", "x"), ("sign", daji.compute_signature((*PLAIN, ("base64", "x")), SECRET))),
        "",
    ),
    "other names unsigned": ((*PLAIN, ("base64", "x"), SIGN), "bad-sign"),
    "last character changed": ((PLAIN[0], ("image_base64", GOODS[:-1] + "A"), SIGN), "bad-sign"),
    "first character changed": ((PLAIN[0], ("image_base64", "A" + GOODS[1:]), SIGN), "bad-sign"),
    "image not signed": ((*PLAIN, ("sign", daji.compute_signature(PLAIN[:1], SECRET))), "bad-sign"),
    "no sign": (PLAIN, "bad-sign"),
    "no key": (PLAIN[1:], "bad-sign"),
    "wrong secret": ((*PLAIN, ("appSecret", "x")), "bad-sign"),
    "nobody's key": ((("appKey", "nobody"), PLAIN[1], SIGN), "app-not-activated"),
}


@both
@pytest.mark.parametrize("way", [FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE])
@pytest.mark.parametrize("name", SIGNED)
def test_the_sign_is_over_the_whole_form(api: str, way: str, name: str) -> None:
    pairs, error = SIGNED[name]
    reply = MOCK.respond(post(api, framed(way, pairs), way))
    assert (POST[api].identify_error(reply) if reply.status != 200 else "") == error


@both
def test_a_file_is_neither_signed_nor_the_image(api: str) -> None:
    reply = MOCK.respond(post(api, with_file((*PLAIN, SIGN)), MULTIPART_MEDIA_TYPE))
    assert POST[api].decode_body(reply)["data"] == {"imageId": ids.encode_image_id(4711)}
    alone = (PLAIN[0], ("sign", daji.compute_signature(PLAIN[:1], SECRET)))
    assert (
        POST[api].identify_error(MOCK.respond(post(api, with_file(alone), MULTIPART_MEDIA_TYPE)))
        == "upload-image-required"
    )


# ---------------------------------------------------------------- errors


def exif(value: int) -> Image.Exif:
    made = Image.Exif()
    made[274] = value
    return made


def bomb(side: int) -> str:
    """A PNG that says it is that large, in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))

    head = pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return base64(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", compress(b"\0")) + chunk(b"IEND", b""))


def huge(data: bytes, size: int) -> str:
    """An image of that many bytes: what stands behind its end counts."""
    return base64(data + b"\0" * (size - len(data)))


IMAGES: dict[str, tuple[str, str]] = {
    "jpg": (GOODS, ""),
    "png": (OTHER, ""),
    "webp": (base64(encode_image(draw_landscape(), "WEBP")), ""),
    "line breaks": (encodebytes(render_jpeg(5)).decode(), ""),
    "one pixel": (base64(encode_image(Image.new("L", (1, 1)), "PNG")), ""),
    "turned by EXIF": (base64(encode_image(draw_landscape(), "JPEG", exif=exif(6))), ""),
    "largest side": (base64(encode_image(Image.new("L", (4096, 9)), "PNG")), ""),
    "most bytes": (huge(render_jpeg(5), MOST), ""),
    "one byte more": (huge(render_jpeg(5), MOST + 1), "image-too-large"),
    "larger side": (base64(encode_image(Image.new("L", (4097, 9)), "PNG")), "image-unreadable"),
    "bomb": (bomb(20_000), "image-unreadable"),
    "gif": (base64(encode_image(draw_landscape(), "GIF")), "image-unreadable"),
    "bmp": (base64(encode_image(draw_landscape(), "BMP")), "image-unreadable"),
    "half": (base64(render_jpeg(5)[:9000]), "image-unreadable"),
    "text": ("aGVsbG8=", "image-unreadable"),
    "no base64": ("图片", "image-unreadable"),
    "url-safe base64": (base64(render_jpeg(5)).replace("/", "_"), "image-unreadable"),
    "spaces for plus signs": (base64(render_jpeg(5)).replace("+", " "), "image-unreadable"),
    "prefix": (f"data:image/jpeg;base64,{GOODS}", "image-unreadable"),
    "address": (URL, "image-unreadable"),
    "nothing": ("", "upload-image-required"),
}


@pytest.mark.exhaustive(16)
@both
@pytest.mark.parametrize("way", [FORM_MEDIA_TYPE, MULTIPART_MEDIA_TYPE])
@pytest.mark.parametrize("name", IMAGES)
def test_images(api: str, way: str, name: str) -> None:
    text, error = IMAGES[name]
    reply = MOCK.respond(POST[api].build_post("demo", way, image_base64=text))
    assert (POST[api].identify_error(reply) if reply.status != 200 else "") == error
    POST[api].decode_body(reply)


ADDRESSES = [("upload-image-required", None), ("upload-image-required", "")]
ADDRESSES += [("image-unreadable", url) for url in ("//a/b.jpg", "ftp://a", "a.jpg", "https://", " http://a")]


@both
@pytest.mark.parametrize(("error", "url"), ADDRESSES, ids=str)
def test_addresses(api: str, error: str, url: str | None) -> None:
    assert GET[api].identify_error(MOCK.respond(GET[api].build_get(pic_url=url))) == error


@both
def test_get_takes_no_base64(api: str) -> None:
    assert GET[api].identify_error(MOCK.respond(GET[api].build_get(image_base64=GOODS))) == "upload-image-required"


def body_of(api: str, size: int) -> bytes:
    """A form of that many bytes."""
    room = size - len(POST[api].build_post(image_base64="A", pad="A").body)
    return POST[api].build_post(image_base64="A", pad="A" * (1 + room)).body


BODIES: dict[str, tuple[Callable[[str], Request], str]] = {
    "fills the limit": (lambda api: post(api, body_of(api, 6_291_456)), "image-unreadable"),
    "passes the limit": (lambda api: post(api, body_of(api, 6_291_457)), "image-too-large"),
    "too many fields": (lambda api: post(api, b"a=1&" * 1001), "image-too-large"),
    "stopped at the door": (lambda api: spoiled(api, "body-too-large"), "image-too-large"),
    "came too late": (lambda api: spoiled(api, "body-timeout"), "bad-parameter"),
    "cut multipart": (
        lambda api: post(api, encode_multipart((*PLAIN, SIGN))[:-9], MULTIPART_MEDIA_TYPE),
        "bad-parameter",
    ),
    "no boundary": (lambda api: post(api, encode_multipart((*PLAIN, SIGN)), "multipart/form-data"), "bad-parameter"),
    "json": (lambda api: post(api, msgspec.json.encode(dict((*PLAIN, SIGN))), "application/json"), "bad-sign"),
    "no media type": (lambda api: post(api, framed(FORM_MEDIA_TYPE, (*PLAIN, SIGN)), ""), "bad-sign"),
    "nothing": (lambda api: POST[api].build_post(), "upload-image-required"),
    "unactivated": (lambda api: POST[api].build_post("unactivated", image_base64=GOODS), "app-not-activated"),
    "used up": (lambda api: POST[api].build_post("used-up", image_base64=GOODS), "quota-used-up"),
}


def spoiled(api: str, fault: str) -> Request:
    return msgspec.structs.replace(POST[api].build_post(image_base64=GOODS), broken_rule=fault)


@both
@pytest.mark.parametrize("name", BODIES)
def test_bodies(api: str, name: str) -> None:
    request, error = BODIES[name]
    assert POST[api].identify_error(MOCK.respond(request(api))) == error


@pytest.mark.parametrize(("api", "error"), [(api, error) for api in PATHS for error in load_api(api).root.errors])
def test_errors_come_by_a_magic_key(api: str, error: str) -> None:
    reply = MOCK.respond(POST[api].build_post(f"situation-{error}", image_base64=GOODS))
    # what belongs to the search leaves the upload alone
    can_be = load_api(api).get_error(error).applies_to("uploadImage")
    assert reply.status == (load_api(api).get_error(error).status if can_be else 200)
    POST[api].decode_body(reply)


@both
@pytest.mark.parametrize("situation", load_api("daji-taobao").root.situations)
def test_an_id_is_the_same_in_every_situation(api: str, situation: str) -> None:
    reply = MOCK.respond(POST[api].build_post(f"situation-{situation}", image_base64=GOODS))
    assert POST[api].decode_body(reply)["data"] == {"imageId": ids.encode_image_id(4711)}


@both
@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "post"])
def test_another_method(api: str, method: str) -> None:
    reply = MOCK.respond(msgspec.structs.replace(POST[api].build_post(image_base64=GOODS), method=method))
    assert POST[api].decode_body(reply)["message"] == f"Request method '{method}' not supported"
    assert (reply.status, reply.headers) == (405, ((b"allow", b"GET, POST"),))


# ---------------------------------------------------------------- variants

FILE = huge(render_jpeg(5), MOST * 3 // 4)
LONGER = huge(render_jpeg(5), MOST * 3 // 4 + 3)
BOTH = {"image_base64": GOODS, "pic_url": URL}


def is_error(error: str) -> Callable[[str, Response], bool]:
    return lambda api, reply: reply.status != 200 and POST[api].identify_error(reply) == error


def is_id(number: int) -> Callable[[str, Response], bool]:
    def fits(api: str, reply: Response) -> bool:
        body = POST[api].decode_body(reply)
        return reply.status == 200 and body["data"]["imageId"] == ids.encode_image_id(number)

    return fits


def is_image(api: str, reply: Response) -> bool:
    return reply.status == 200 and POST[api].decode_body(reply)["data"] == GET[api].fetch_data(pic_url=URL)


# variant, value, what is sent, what its answer is and the default's is not
VARIANTS: list[tuple[str, str, Body, Callable[[str, Response], bool]]] = [
    ("upload-parameter", "either", {"pic_url": URL}, is_image),
    ("upload-parameter", "either", {"image_base64": "", "pic_url": "x"}, is_error("image-unreadable")),
    ("upload-parameter", "either", {"pic_url": "//a/b.jpg"}, is_error("image-unreadable")),
    ("image-limit", "base64", {"image_base64": LONGER}, is_error("image-too-large")),
    ("base64-prefix", "accepted", {"image_base64": f"data:image/jpeg;base64,{GOODS}"}, is_id(4711)),
    ("base64-prefix", "accepted", {"image_base64": f"data:;base64,{GOODS}"}, is_id(4711)),
]


CASES = [(api, case) for api in PATHS for case in VARIANTS if case[0] in load_api(api).root.variants]


@pytest.mark.exhaustive(4)
@pytest.mark.parametrize(("api", "case"), CASES, ids=[f"{api}-{case[0]}" for api, case in CASES])
def test_variants(api: str, case: tuple[str, str, Body, Callable[[str, Response], bool]]) -> None:
    variant, value, sent, fits = case
    request = POST[api].build_post(**sent)
    assert fits(api, Mock(api, variants={variant: value}).respond(request))
    assert not fits(api, MOCK.respond(request))


def test_every_value_of_every_variant_is_tried() -> None:
    known = {**load_api("daji-1688").root.variants, **load_api("daji-taobao").root.variants}
    assert {(name, value) for name, value, *_ in VARIANTS} == {
        (name, value) for name in UPLOAD_VARIANTS for value in known[name].values if value != known[name].default
    }


def test_base64_wins_where_an_address_counts_too() -> None:
    either = Mock("daji-1688", variants={"upload-parameter": "either"})
    for mock, api in ((either, "daji-1688"), (MOCK, "daji-taobao")):
        assert POST[api].send_request(POST[api].build_post(**BOTH), mock) == {"imageId": ids.encode_image_id(4711)}
        assert POST[api].send_request(POST[api].build_post(image_base64=GOODS, pic_url="x"), mock) == {
            "imageId": ids.encode_image_id(4711)
        }
        assert POST[api].identify_error(mock.respond(POST[api].build_post())) == "upload-image-required"
        assert POST[api].identify_error(mock.respond(POST[api].build_post(pic_url="ftp://a"))) == "image-unreadable"
        assert (
            POST[api].identify_error(mock.respond(POST[api].build_post(image_base64="x", pic_url=URL)))
            == "image-unreadable"
        )


@both
def test_the_limit_by_the_text_is_that_of_the_file_three_quarters_as_long(api: str) -> None:
    mock = Mock(api, variants={"image-limit": "base64"})
    assert len(FILE) == MOST
    assert uploaded(api, FILE, mock) == uploaded(api, LONGER) == ids.encode_image_id(5)


# ---------------------------------------------------------------- whatever is sent

NAMES = st.sampled_from(["appKey", "appSecret", "sign", "image_base64", "pic_url", "img_base64", ""]) | st.text(
    max_size=4
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.binary(max_size=60).map(base64),
    st.sampled_from([GOODS, GOODS[:-3], GOODS.replace("A", "B"), f"data:image/png;base64,{GOODS}", "data:" + "a" * 200, "aGVsbG8="]),
    st.sampled_from([URL, "//a", "http://\x00", "lookalike-demo-key", SECRET, "situation-empty", "situation-x", "=" * 9]),
)  # fmt: skip
SENT = st.lists(st.tuples(NAMES, TEXTS), max_size=6)
WAYS = st.sampled_from(
    [
        FORM_MEDIA_TYPE,
        FORM_MEDIA_TYPE,
        MULTIPART_MEDIA_TYPE,
        MULTIPART_MEDIA_TYPE,
        "multipart/form-data",
        "application/json",
        "text/plain",
        "",
    ]
)
MOCKS = [
    MOCK,
    Mock(*PATHS, variants={"upload-parameter": "either", "image-limit": "base64", "base64-prefix": "accepted"}),
]


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, str]:
    """Any fields, signed as the vendor says so that they come past the door, or any bytes; sometimes cut or changed."""
    way, sent = draw(WAYS), draw(SENT)
    clean = tuple((n.encode("utf-8", "replace").decode(), v.encode("utf-8", "replace").decode()) for n, v in sent)
    pairs = (("appKey", "lookalike-demo-key"), *(pair for pair in clean if pair[0] != "sign"))
    body = framed(
        way if way == MULTIPART_MEDIA_TYPE else FORM_MEDIA_TYPE,
        (*pairs, ("sign", daji.compute_signature(pairs, SECRET))),
    )
    return draw(st.sampled_from([body, body, body, body[:-5], body.replace(b"\r\n", b"\n"), b"x" + body])), way


@st.composite
def requests(draw: st.DrawFn, api: str) -> Request:
    body, way = draw(bodies() | st.tuples(st.binary(max_size=60), WAYS))
    query = draw(st.binary(max_size=20) | SENT.map(lambda pairs: urlencode(pairs, errors="replace").encode()))
    method = draw(st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "\ud800"]))
    fault = draw(st.sampled_from(["", "", "", "body-too-large", "body-timeout"]))
    return msgspec.structs.replace(post(api, body, way, query), method=method, broken_rule=fault)


@pytest.mark.slow
@both
@settings(max_examples=4 * settings().max_examples)
@given(data=st.data(), mock=st.sampled_from(MOCKS))
def test_whatever_is_sent_is_answered_as_documented(api: str, data: st.DataObject, mock: Mock) -> None:
    request = data.draw(requests(api))
    reply = mock.respond(request)
    assert reply.status in (200, 400, 401, 405)
    method = "get" if request.method == "GET" else "post"
    create_validators(api, PATHS[api], method)[reply.status].validate(msgspec.json.decode(reply.body))
