"""What `mockserver serve` says when it is ready."""

from typing import TYPE_CHECKING

from mockserver.state.sandbox import DEFAULT

if TYPE_CHECKING:
    from mockserver.cli.state_file import StateFile
    from mockserver.http.app import App


def announcement(app: "App", url: str, state: "StateFile | None" = None) -> str:
    """Return the base URLs, calls that work as they stand, where events go, and where the mock itself is."""
    providers = app.mock.pipeline.providers.values()
    width = max(len(provider.title) for provider in providers)
    lines = [f"{provider.title:{width}}  {url}  in place of {provider.origin}" for provider in providers]
    lines += ["", *(f"curl {provider.example.format(url=url)}" for provider in providers if provider.example), ""]
    for endpoint in app.mock.sandboxes.get(DEFAULT).state.endpoints:
        to, which = endpoint.url or "collected, not sent", ", ".join(endpoint.events) or "all events"
        lines.append(f"{'Webhook':{width}}  {to}  ({which})")
    if state is not None:
        begin = "read at the start" if state.was_there else "not there yet"
        lines.append(f"{'Its state':{width}}  {state.path}, {begin}, written at the end")
    return "\n".join([*lines, f"{'The mock itself':{width}}  {url}/_mock/"])
