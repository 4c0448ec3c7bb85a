"""What one call costs without a network, what a page costs by catalogue size, what a thread server costs.

Usage: python benchmarks/adapters.py
Each figure is the least of many short runs, in microseconds, on one core.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import timeit
from collections.abc import Callable
from functools import partial

import httpx
import sample

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_mocks.adapters.respx_router import create_respx_router
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.catalogue import Catalogue, Query, find_products
from lookalike_mocks.catalogue.image import identify_by_number

# The least of many short runs: whatever else the machine does only ever makes a run longer.
CALLS = 200
RUNS = 40
REQUEST_COUNT = 500
COLD_MOCK_COUNT = 60
SIZES = (10**2, 10**4, 10**6)


def main() -> None:
    """Measure, then print the tables as Markdown."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    # A move to another core empties the caches in the middle of a run.
    os.sched_setaffinity(0, {0})
    print("| one signed request, page of 20 items | us |\n| --- | --- |")
    for name, figure in measure_calls():
        print(f"| {name} | {figure:,.1f} |")
    print("\n| catalogue | rank 20 products | make one product | first page, nothing cached | page again |")
    print("| --- | --- | --- | --- | --- |")
    for size in SIZES:
        print(f"| {size:,} | " + " | ".join(f"{figure:,.1f}" for figure in measure_page(size)) + " |")
    print(f"\nStart and stop of a thread server: {measure_start_and_stop():,.0f} us")


def measure_best(call: Callable[[], object], calls: int = CALLS, runs: int = RUNS) -> float:
    """Return the microseconds of one call, in the fastest run."""
    return min(timeit.repeat(call, number=calls, repeat=runs)) / calls * 1e6


def measure_calls() -> list[tuple[str, float]]:
    """Return what a request is sent through, and the microseconds that it costs."""
    mock = Mock(sample.API)
    requests = itertools.cycle(sample.build_requests(count=REQUEST_COUNT))
    urls = [
        f"https://openapi.dajisaas.com{request.path}?{request.query.decode()}"
        for request in itertools.islice(requests, REQUEST_COUNT)
    ]
    # Pages are kept once they are made, so a first answer would cost more than those that are measured.
    for request in itertools.islice(requests, REQUEST_COUNT):
        mock.respond(request)
    body = mock.respond(next(requests)).body
    static_transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    figures = [
        ("mock.respond()", measure_best(lambda: mock.respond(next(requests)))),
        ("httpx.Client, its own MockTransport, static bytes", measure_client(static_transport, urls)),
        ("httpx.Client, our transport", measure_client(HttpxTransport(mock), urls)),
        ("httpx.AsyncClient, our transport", measure_async_call(mock, urls)),
    ]
    with create_respx_router(mock):
        figures.append(("httpx.Client, our respx router", measure_client(None, urls)))
    return figures


def measure_client(transport: httpx.BaseTransport | None, urls: list[str]) -> float:
    """Return the microseconds of one GET; without a transport httpx takes its own, which respx patches."""
    turns = itertools.cycle(urls)
    with httpx.Client(transport=transport) as client:
        return measure_best(lambda: client.get(next(turns)))


def measure_async_call(mock: Mock, urls: list[str]) -> float:
    """Return the microseconds of one GET by a client that awaits each answer before it asks again."""

    async def all_calls() -> float:
        best = 1e9
        async with httpx.AsyncClient(transport=HttpxTransport(mock)) as client:
            for _ in range(RUNS):
                began = timeit.default_timer()
                for number in range(CALLS):
                    await client.get(urls[number])
                best = min(best, timeit.default_timer() - began)
        return best / CALLS * 1e6

    return asyncio.run(all_calls())


def measure_page(size: int) -> list[float]:
    """Return the microseconds of ranking, of one product, of a page never asked for, of the same page again."""
    catalogue = Catalogue(0, size)
    numbers = itertools.count()
    request = sample.build_requests(count=1)[0]
    # A mock keeps what it has made, so each can be timed cold only once: many mocks, one call to each.
    mocks = [Mock(sample.API, size=size, seed=seed) for seed in range(COLD_MOCK_COUNT)]
    cold_times = [timeit.timeit(partial(mock.respond, request), number=1) * 1e6 for mock in mocks]

    def rank_products() -> None:
        # another image each time: the ranking for an image is kept
        image = identify_by_number(10**12 + next(numbers))
        find_products(catalogue, Query(image=image), 20, 20)

    def make_product() -> None:
        # 7919 is prime to every size, so that it is long until a product comes again
        catalogue.get_product(next(numbers) * 7919 % size).get_title("en")

    return [
        measure_best(rank_products),
        measure_best(make_product),
        min(cold_times),
        measure_best(lambda: mocks[0].respond(request)),
    ]


def measure_start_and_stop() -> float:
    """Return the microseconds from the start of a thread server to its end, without a request."""
    app = MockApp(Mock(sample.API))

    def start_and_stop() -> None:
        with Server(app):
            pass

    # The first start imports uvicorn.
    start_and_stop()
    return measure_best(start_and_stop, calls=5)


if __name__ == "__main__":
    main()
