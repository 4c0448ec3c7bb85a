"""Signs the requests of tests by a scheme of Alibaba Cloud's, with the demo key where no other is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from acs import KEY, SECRET
from book import NOW, SchemeAdapter, format_time, stages_by_name

from lookalike_specs.messages import Request
from lookalike_specs.signing import Stages


@dataclass(frozen=True)
class SchemeSigner:
    """`sign` signs as a client does, with a `time` as `written`; `put` puts in a signature of the caller's own."""

    adapter: SchemeAdapter
    signer: Callable[..., Request]
    put_signature: Callable[[Request, str], Request]
    time_parameter: str = "timestamp"
    format_time: Callable[[datetime], str] = format_time
    nonce_numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def nonce_prefix(self) -> str:
        """What the scheme's nonces begin with."""
        return self.adapter.scheme.removeprefix("acs-")

    def sign_request(  # noqa: PLR0913 - what a test may have otherwise
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
        once = f"{self.nonce_prefix}-vector-{next(self.nonce_numbers)}" if nonce == "" else nonce
        timed = {self.time_parameter: self.format_time(at)}
        return self.signer(request, key, secret, nonce=once, security_token=token, **timed, **more)

    def compute_stage_texts(self, request: Request) -> dict[str, str]:
        """The stages."""
        made = self.adapter.recompute_stages(request, SECRET)
        if not isinstance(made, Stages):
            raise AssertionError(made)
        return stages_by_name(made)

    def sign_again(self, request: Request) -> Request:
        """The request, signed as it now is."""
        return self.put_signature(request, self.compute_stage_texts(request)["signature"])
