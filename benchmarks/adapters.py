"""What one call costs without a network, what a page costs by catalogue size, what a thread server costs.

Usage: python benchmarks/adapters.py
Each figure is the least of many short runs, in microseconds, on one core.
"""

from __future__ import annotations

import asyncio
import os
import timeit
from collections.abc import Callable

import httpx
import sample

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.httpx_transport import HttpxTransport
from lookalike_mocks.adapters.respx_router import create_respx_router
from lookalike_mocks.adapters.server import Server
from lookalike_mocks.catalogue import Catalogue, Query, find_products
from lookalike_mocks.catalogue.image import identify_by_number

CALLS, RUNS = 200, 40
SIZES = (10**2, 10**4, 10**6)


def main() -> None:
    """Measure, then print the tables as Markdown."""
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
    return min(timeit.repeat(call, number=calls, repeat=runs)) / calls * 1e6


def measure_calls() -> list[tuple[str, float]]:
    mock = Mock(sample.API)
    asked = sample.build_requests(count=500)
    turn = iter(range(10**9))

    def next_request() -> object:
        return asked[next(turn) % len(asked)]

    urls = [f"https://openapi.dajisaas.com{request.path}?{request.query.decode()}" for request in asked]
    body = mock.respond(asked[0]).body
    for request in asked:
        mock.respond(request)
    static = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    ours = httpx.Client(transport=HttpxTransport(mock))
    figures = [
        ("mock.respond()", measure_best(lambda: mock.respond(next_request()))),
        (
            "httpx.Client, its own MockTransport, static bytes",
            measure_best(lambda: static.get(urls[next(turn) % len(urls)])),
        ),
        ("httpx.Client, our transport", measure_best(lambda: ours.get(urls[next(turn) % len(urls)]))),
        ("httpx.AsyncClient, our transport", measure_async_call(mock, urls)),
    ]
    with create_respx_router(mock), httpx.Client() as client:
        figures.append(
            ("httpx.Client, our respx router", measure_best(lambda: client.get(urls[next(turn) % len(urls)])))
        )
    return figures


def measure_async_call(mock: Mock, urls: list[str]) -> float:
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
    """Ranking, one product, a page whose items nobody asked for before, the same page again."""
    catalogue = Catalogue(0, size)
    turn = iter(range(10**9))
    mocks = [Mock(sample.API, size=size, seed=seed) for seed in range(60)]
    asked = sample.build_requests(count=1)[0]
    cold = [timeit.timeit(lambda each=each: each.respond(asked), number=1) * 1e6 for each in mocks]
    return [
        # another image each time: a page that was found before is kept
        measure_best(lambda: find_products(catalogue, Query(image=identify_by_number(10**12 + next(turn))), 20, 20)),
        measure_best(lambda: catalogue.get_product(next(turn) * 7919 % size).get_title("en")),
        min(cold),
        measure_best(lambda: mocks[0].respond(asked)),
    ]


def measure_start_and_stop() -> float:
    app = MockApp(Mock(sample.API))

    def once() -> None:
        with Server(app):
            pass

    once()
    return measure_best(once, calls=5)


if __name__ == "__main__":
    main()
