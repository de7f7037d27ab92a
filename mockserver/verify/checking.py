"""One check against one service, and what is made of the way it ends."""

from collections.abc import Callable, Mapping

from mockserver.catalogue import Assumption, Behaviour, NotCheckable
from mockserver.catalogue.client import Api
from mockserver.catalogue.observer import NotObserved, Observer
from mockserver.verify.failure import UNREADABLE, what_failed
from mockserver.verify.outcome import Evidence, Outcome, Result, Seen, Sight
from mockserver.verify.wire import Unanswered

Showing = Callable[[], list[Evidence]]
"""Gives the last exchanges of the check that runs."""


def check(behaviour: Behaviour, api: Api, showing: Showing) -> Result:
    """Return what became of the behaviour at this service."""
    try:
        behaviour.check(api)
    except NotCheckable as reason:
        return result(behaviour, "not checked", why=str(reason))
    except Unanswered:
        return result(behaviour, "broken", found="no reply", evidence=showing())
    except (AssertionError, *UNREADABLE) as error:
        return result(behaviour, "broken", found=what_failed(error), evidence=showing())
    return result(behaviour, "holds")


def observe(observer: Observer, api: Api) -> Seen:
    """Return which choice of the assumption the service follows."""
    assumption = observer.assumption
    try:
        observation = observer.observe(api)
    except (NotObserved, NotCheckable) as reason:
        return seen(assumption, "not observed", str(reason))
    except Unanswered as silence:
        return seen(assumption, "not observed", f"there was no reply: {silence.why}")
    except (AssertionError, *UNREADABLE) as error:
        return seen(assumption, "none of them", what_failed(error))
    if observation.choice not in assumption.choices:
        return seen(assumption, "none of them", observation.seen)
    return seen(assumption, "observed", observation.seen, choice=observation.choice)


def obstacle(behaviour: Behaviour, followed: Mapping[str, Seen]) -> str:
    """Return why the behaviour cannot be checked, given what the service follows; empty if it can."""
    for key, needed in behaviour.only_with.items():
        found = followed.get(key)
        if found is None or found.outcome == "not observed":
            return f"it needs {key}={needed}, and which choice the service follows was not observed"
        if found.choice != needed:
            return f"the service follows {key}={found.answer}; it needs {needed}"
    return ""


def result(
    behaviour: Behaviour, outcome: Outcome, *, found: str = "", why: str = "", evidence: list[Evidence] | None = None
) -> Result:
    """Return an outcome of the behaviour."""
    return Result(
        name=behaviour.name,
        says=behaviour.says,
        source=behaviour.source,
        operation=behaviour.operation,
        outcome=outcome,
        found=found,
        why=why,
        evidence=tuple(evidence or ()),
    )


def seen(assumption: Assumption, outcome: Sight, what: str, *, choice: str | None = None) -> Seen:
    """Return an outcome of the question."""
    return Seen(
        key=assumption.key,
        question=assumption.question,
        outcome=outcome,
        choice=choice,
        default=assumption.default,
        seen=what,
    )
