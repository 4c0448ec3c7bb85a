"""Thousands of different signed requests to daji-1688, and the answer to the first of them."""

from pathlib import Path

from lookalike_mocks import Mock
from lookalike_mocks.catalogue.ids import encode_image_id
from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.signing import daji

API = "daji-1688"
COUNT = 4000


def build_requests(extra: str = "", count: int = COUNT) -> list[Request]:
    """Return requests that differ in picture and page; `extra` is more of the query, such as a filter."""
    api = load_api(API)
    path = api.operations[0].path
    requests = []
    for number in range(count):
        # 7919 is prime to the number of images, so that no image comes twice in 10,000 requests.
        image = encode_image_id(number * 7919 % 10_000)
        query = f"imageId={image}&beginPage={number % 5 + 1}&pageSize=20&country=en{extra}"
        plain = Request(method="GET", path=path, query=query.encode(), headers=((b"host", b"127.0.0.1"),))
        requests.append(daji.sign_request(plain, api.account["appKey"], api.account["appSecret"]))
    return requests


def write_sample(folder: Path, extra: str = "") -> tuple[Path, Path]:
    """Write the file of paths for wrk, and the file with one answer for the yardstick; return both."""
    requests = build_requests(extra)
    paths = folder / "paths.txt"
    paths.write_text("".join(f"{request.path}?{request.query.decode()}\n" for request in requests), "utf-8")
    answer = folder / "answer.json"
    answer.write_bytes(Mock(API).respond(requests[0]).body)
    return paths, answer
