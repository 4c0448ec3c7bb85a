"""Clients for the tests of `lookalike certify`: an exemplary one, and what saboteurs need."""

from __future__ import annotations

# A client of TMAPI that does all as it should.
EXEMPLARY = """
import asyncio
import json
import logging
import ssl
import time

import httpx

# httpx writes each URL to its log, and the token is in it
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.INFO)
logging.getLogger("asyncio").setLevel(logging.WARNING)


class SearchFailed(Exception):
    pass


MAX_BODY_BYTES = 4_000_000


async def request(task, method, path, **options):
    # over all of it: a timeout of httpx is for one read, and a byte now and then keeps each of them short
    async with asyncio.timeout(task.timeout - 0.5), create_client(task) as client:
        async with client.stream(method, task.base_url + path, **options) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_BODY_BYTES:
                    raise SearchFailed("the answer is too long")
            return response.status_code, json.loads(body)


def create_client(task):
    context = ssl.create_default_context(cafile=task.ca_file or None)
    return httpx.AsyncClient(timeout=None, verify=context)


def call(task, method, path, **options):
    try:
        status, body = asyncio.run(request(task, method, path, **options))
    except (httpx.HTTPError, ValueError, TimeoutError) as error:
        raise SearchFailed(type(error).__name__) from None
    if status != 200 or body["code"] != 200:
        raise SearchFailed(f"{status}: {body}")
    return body["data"]


def fetch(task, **parameters):
    query = {"apiToken": task.credentials["apiToken"], "img_url": task.image_url, "page": 1, "page_size": 10}
    return call(task, "GET", "/1688/global/search/image", params=query | parameters)


def convert(data):
    items = [{"id": item["item_id"], "title": item["title"], "price": item["price"]} for item in data["items"]]
    return {"items": items, "total": data["total_count"]}


def search(task):
    return convert(fetch(task))


def search_all(task):
    items = {}
    for page in range(1, 50):
        data = fetch(task, page=page)
        new = {item["id"]: item for item in convert(data)["items"] if item["id"] not in items}
        items |= new
        if not new or len(items) >= data["total_count"]:
            break
    return list(items.values())


def upload(task):
    query = {"apiToken": task.credentials["apiToken"]}
    data = call(task, "POST", "/1688/tools/image/convert_url", params=query, json={"url": task.image_url})
    return data["image_url"]
"""
# for a client of an API that is signed: a call as its SDK makes it, with the nonce that it is given
SIGNED_CALL = """

import os
from datetime import UTC, datetime

from lookalike_specs import load_api
from lookalike_specs.request_builder import build_minimal_values, build_request, collect_examples
from lookalike_specs.signing import SCHEMES, SigningContext
from lookalike_specs.signing.sign import sign


def send_signed(task, nonce="", name=""):
    api = load_api(task.api)
    operations = [operation for operation in api.operations if operation.extension.invariants.items]
    if name:
        operations = [operation for operation in api.operations if operation.id == name]
    operation = operations[0]
    scheme = operation.schemes[0]
    examples = collect_examples(api, operation)
    values = build_minimal_values(api, operation, task.credentials)
    values |= {name: examples[name] for name in SCHEMES[scheme.extension.scheme].required_parameters}
    request = build_request(operation, values, task.base_url)
    context = SigningContext(datetime.now(UTC), nonce or os.urandom(8).hex())
    request = sign(request, scheme, task.credentials, context)
    url = task.base_url + request.path + "?" + request.query.decode()
    return httpx.request(request.method, url, headers=request.headers, content=request.body)
"""
