"""The files that a run writes: which there are, whether they can be written, and what goes into each."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from mockserver.errors import ConfigurationError
from mockserver.verify.choices import to_assumptions
from mockserver.verify.junit import to_junit
from mockserver.verify.markdown import to_markdown
from mockserver.verify.outcome import VerifyReport

Form = Callable[[VerifyReport], str]


def to_json(report: VerifyReport) -> str:
    """Return the report as JSON, which a later run takes as its baseline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


FORMS: Mapping[str, Form] = {
    "json": to_json,
    "junit": to_junit,
    "markdown": to_markdown,
    "write_assumptions": to_assumptions,
}
"""Option → what its file holds."""


def check_writable(paths: Mapping[str, Path]) -> None:
    """Raise ConfigurationError if one of the files cannot be written; better before the run than after it."""
    for name, path in paths.items():
        is_new = not path.exists()
        try:
            path.open("a", encoding="utf-8").close()
            if is_new:
                path.unlink()
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}", where=_flag(name)) from error


def write(paths: Mapping[str, Path], whole: VerifyReport, told: VerifyReport) -> None:
    """Write the files: the JSON and the assumptions from the whole report, the others from what is told of it.

    Raises: ConfigurationError if one cannot be written, when all the others are.
    """
    failures = []
    for name, path in paths.items():
        report = whole if name in ("json", "write_assumptions") else told
        try:
            path.write_text(FORMS[name](report), encoding="utf-8")
        except OSError as error:
            failures.append(ConfigurationError(f"{path} cannot be written: {error.strerror}", where=_flag(name)))
    if failures:
        raise failures[0]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
