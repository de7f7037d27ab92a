"""How commands speak: results go to standard output, what they need not say twice to nobody."""

import os
import sys
from typing import TextIO


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print the text at once, with what the stream cannot write spelled out.

    When nobody reads any more, this and all that follows goes nowhere.
    """
    stream = to or sys.stdout
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        # Python would flush once more at the end and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_coloured(stream: TextIO) -> bool:
    """Return whether colours may be sent to the stream."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
