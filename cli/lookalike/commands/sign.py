"""`lookalike sign`: how a request is signed, stage by stage, without any server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from lookalike_specs import load_api

from ..click_ext import ExtendedCommand, suggest_closest
from ..completers import complete_security_schemes
from ..options import api_argument, json_option, parse_pairs
from ..output import echo, echo_json, indent_lines, style_bold
from ..signature import SigningReport, SignOptions, sign_request
from ..spec_options import add_specs, import_option, spec_option


@click.command("sign", cls=ExtendedCommand)
@api_argument
@spec_option
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--method", help="HTTP method; the spec's own by default.")
@click.option("--path", help="Path; the spec's own by default.")
@click.option("--url", help="Where the request will go; the vendor's server by default.")
@click.option(
    "--scheme", shell_complete=complete_security_schemes, help="Security scheme of the spec; its first by default."
)
@click.option("--key", help="appKey, AccessKeyId or whatever the API calls it; the demo account's by default.")
@click.option("--secret", help="appSecret, AccessKeySecret; the demo account's by default.")
@click.option("--timestamp", help="ISO 8601, UTC; now by default.")
@click.option("--nonce", help="A random one by default.")
@click.option("--reveal", is_flag=True, help="Show the secret in the stages.")
@click.option(
    "--output", type=click.Choice(["stages", "url", "curl", "json"]), default="stages", show_default=True,
    help="What is printed; json is the same as --json.",
)  # fmt: skip
@import_option
@json_option
def command(
    api: str, values: tuple[str, ...], specs: tuple[str, ...], output: str, as_json: bool, **sign_options: Any
) -> None:
    """Sign a request and show how.

    Prints what is signed, its canonical form, the string to sign, and the signature.

    Without KEY=VALUE it is the example of the spec; with some, the request holds just them and the credentials. A
    value `@FILE` is the file's content in Base64. APIs with a plain key sign nothing; the request is printed.

    \b
    Examples:
      lookalike sign aliyun
      lookalike sign aliyun --scheme acs-rpc PicContent=@shoe.jpg Num=5 --output curl
      lookalike sign daji-1688 imageId=1048608196202797156 beginPage=1 pageSize=5 country=en --output url
      lookalike sign daji-1688 --key MY-KEY --secret MY-SECRET --reveal
    """
    add_specs((), specs)
    options = SignOptions(**sign_options, in_url=output == "url")
    signed = sign_request(load_api(api), parse_pairs(values, "a value"), options)
    for name, existing in signed.unknown_parameters:
        click.echo(f"Note: the operation has no parameter {name!r}{suggest_closest(name, existing)}", err=True)
    if as_json:
        output = "json"
    PRINTERS[output](signed)


def _print_stages(signed: SigningReport) -> None:
    echo(f"{style_bold(signed.api)}  {signed.scheme}  {signed.method} {signed.bare_url}\n")
    if signed.stages is None:
        echo(f"A plain key: nothing is signed, {signed.scheme} travels as it is.\n")
    for name, value in (signed.stages or {}).items():
        echo(f"{style_bold(name)}\n{indent_lines(value)}\n")
    echo(f"{style_bold('request')}\n{indent_lines(signed.curl)}")


PRINTERS: Final[Mapping[str, Callable[[SigningReport], None]]] = {
    "stages": _print_stages,
    "url": lambda signed: echo(signed.url),
    "curl": lambda signed: echo(signed.curl),
    "json": lambda signed: echo_json(signed.to_dict()),
}
