"""How Hypothesis runs here: the same examples each time, nothing kept on disk, and no search for smaller failures."""

from hypothesis import HealthCheck, Phase, settings


def quick(examples: int) -> settings:
    """Return settings for a property that is tried on so many examples."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
