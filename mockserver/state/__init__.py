"""State without HTTP: records, clock, ids, tasks, sandboxes."""

from mockserver.state.sandbox import Limits, Sandbox, Sandboxes
from mockserver.state.schedule import Task
from mockserver.state.store import Collection, Draft, Kind, State

__all__ = ["Collection", "Draft", "Kind", "Limits", "Sandbox", "Sandboxes", "State", "Task"]
