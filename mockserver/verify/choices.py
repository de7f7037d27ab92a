"""Writes the choices that a service follows, so that a mock can be started with them."""

from mockserver import notation
from mockserver.verify.outcome import VerifyReport


def to_assumptions(report: VerifyReport) -> str:
    """Return YAML with a line for each choice that was observed, and a comment for each assumption without one."""
    followed = {each.key: each.choice for each in report.assumptions if each.choice is not None}
    rest = [f"# {each.key}: {each.outcome}: {' '.join(each.seen.split())}" for each in report.assumptions if each.choice is None]
    head = [f"# What {report.title} at {report.url} follows, observed {report.started}."]
    return "\n".join([*head, notation.to_yaml(followed).rstrip() if followed else "{}", *rest, ""])
