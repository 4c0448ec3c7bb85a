"""Signs the requests of tests by a scheme of Alibaba Cloud's, with the demo key where no other is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from acs import KEY, SECRET
from book import NOW, Way, iso, texts

from lookalike_specs.signing import Stages
from lookalike_specs.wire import Request


@dataclass(frozen=True)
class Pen:
    """`sign` signs as a client does, with a `time` as `written`; `put` puts in a signature of the caller's own."""

    way: Way
    sign: Callable[..., Request]
    put: Callable[[Request, str], Request]
    time: str = "timestamp"
    written: Callable[[datetime], str] = iso
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def name(self) -> str:
        """What the scheme's nonces begin with."""
        return self.way.scheme.removeprefix("acs-")

    def signed(  # noqa: PLR0913 - what a test may have otherwise
        self,
        request: Request,
        *,
        at: datetime = NOW,
        nonce: str | None = "",
        key: str = KEY,
        secret: str = SECRET,
        token: str | None = None,
        **more: str,
    ) -> Request:
        """The request with its signature, and with a nonce of its own, the same in each run; None is none at all."""
        once = f"{self.name}-vector-{next(self.numbers)}" if nonce == "" else nonce
        timed = {self.time: self.written(at)}
        return self.sign(request, key, secret, nonce=once, security_token=token, **timed, **more)

    def texts(self, request: Request) -> dict[str, str]:
        """The stages."""
        made = self.way.made(request, SECRET)
        if not isinstance(made, Stages):
            raise AssertionError(made)
        return texts(made)

    def anew(self, request: Request) -> Request:
        """The request, signed as it now is."""
        return self.put(request, self.texts(request)["signature"])
