"""What the commands that judge a recording have in common."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.cli import options
from mockserver.cli.options import Option, base_url, named_provider

if TYPE_CHECKING:
    from argparse import Namespace

    from mockserver.contract import Contract
    from mockserver.judge.recordings.exchanges import Traffic
    from mockserver.providers import Provider

OPTIONS = (
    Option("--provider", "P", "whose API it is"),
    Option(
        "--url",
        "URL",
        "where else its requests went, such as http://127.0.0.1:4010; repeatable",
        base_url,
        (),
        repeated=True,
    ),
    Option("--json", "", "as JSON"),
)


def declare(parser: ArgumentParser, more: Sequence[Option] = ()) -> None:
    """Have the parser take the file and the options."""
    parser.add_argument("traffic", metavar="TRAFFIC.har", help="what a browser, a proxy or a test tool recorded, as HAR 1.2")
    options.declare(parser, [*OPTIONS, *more])


def read(given: "Namespace", values: "Namespace") -> "tuple[Provider, Contract, Traffic]":
    """Return whose traffic it is, the contract that it has to keep, and the traffic.

    Raises: MockServerError if there is no such provider, or nothing of it in the file.
    """
    from mockserver.contract import Contract
    from mockserver.judge.recordings.exchanges import read_traffic

    provider, contract = named_provider(values.provider), Contract.load()
    return provider, contract, read_traffic(Path(given.traffic), contract, provider, values.url)


def as_json(provider: "Provider", traffic: "Traffic", judged: Any) -> str:
    """Return what was found, and in what, as JSON; `judged` is a record of the judge's."""
    import msgspec

    recording = {"entries": traffic.entries, "addresses": traffic.addresses, "left_out": traffic.left_out}
    found = {"provider": provider.name, "recording": recording, **msgspec.to_builtins(judged)}
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
