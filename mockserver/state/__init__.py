"""State without HTTP: records, clock, ids, tasks, sandboxes."""

from mockserver.state.sandbox import Limits, Sandbox, Sandboxes, State
from mockserver.state.schedule import Task
from mockserver.state.store import Collection, Draft, Kind

__all__ = ["Collection", "Draft", "Kind", "Limits", "Sandbox", "Sandboxes", "State", "Task"]
