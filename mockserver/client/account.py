"""The accounts of a sandbox, one at each provider, and their records."""

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

from mockserver.client.interception import Interception
from mockserver.client.sandbox import SandboxHandle, SandboxRef
from mockserver.errors import ConfigurationError, FixtureError, LimitError
from mockserver.exchange import Unavailable
from mockserver.providers.provider import Provider
from mockserver.state import Collection, Draft, Kind
from mockserver.state.fixtures import Location
from mockserver.state.ids import digest
from mockserver.webhooks import SECRET_PREFIX

if TYPE_CHECKING:
    import builtins

    from mockserver.client.adapter import MockAdapter
    from mockserver.client.exchanges import Requests
    from mockserver.client.faults import Faults
    from mockserver.client.transport import MockTransport
    from mockserver.client.webhooks import Webhooks

RecordT = TypeVar("RecordT")
AccountT = TypeVar("AccountT", bound="Account")


class Records(Generic[RecordT]):
    """The records of one kind in one account, as immutable values.

    Reading and adding records is no exchange: the journal and the clock do not change, and no event is sent.
    """

    def __init__(self, sandbox_ref: SandboxRef, kind: Kind) -> None:
        self._ref = sandbox_ref
        self._kind = kind

    def get(self, record_id: str) -> RecordT | None:
        """Return the record, or what is kept of a deleted one, or None."""
        with self._ref.mock.lock:
            found: RecordT | None = self._collection.get(record_id)
            return found

    def __getitem__(self, record_id: str) -> RecordT:
        found = self.get(record_id)
        if found is None:
            raise KeyError(f"{self._ref.name} has no {self._kind.noun} {record_id!r}")
        return found

    def __contains__(self, record_id: object) -> bool:
        return isinstance(record_id, str) and self.get(record_id) is not None

    def __len__(self) -> int:
        return self.count()

    def __iter__(self) -> Iterator[RecordT]:
        return iter(self.list())

    def __repr__(self) -> str:
        return f"<{self.count()} records of {self._kind.name} in {self._ref.name}>"

    def list(self) -> "builtins.list[RecordT]":
        """Return all records that are not deleted, newest first."""
        with self._ref.mock.lock:
            records = self._collection
            found: builtins.list[Any] = [records.get(record_id) for record_id in reversed(records.live_ids())]
            return found

    def count(self) -> int:
        """Return the number of records that are not deleted."""
        with self._ref.mock.lock:
            return len(self._collection.live_ids())

    @property
    def _collection(self) -> Collection:
        return self._ref.sandbox.records(self._kind)

    def _find(self, wanted: Mapping[str, Any]) -> "builtins.list[RecordT]":
        known = self._kind.record.__struct_fields__
        for name in wanted:
            if name not in known:
                where, hint = f"{self._kind.name}.find", f"known: {', '.join(known)}"
                raise FixtureError(f"a {self._kind.noun} has no {name!r}", where=where, hint=hint)
        return [each for each in self.list() if all(getattr(each, name) == value for name, value in wanted.items())]

    def _add(self, given: Mapping[str, Any]) -> RecordT:
        with self._ref.mock.lock:
            mock, sandbox, kind = self._ref.mock, self._ref.sandbox, self._kind
            place = Location(f"{kind.name}.add")
            if isinstance(given.get("id"), str) and given["id"] in sandbox.records(kind):
                raise place.key("id").error(f"there already is a {kind.noun} {given['id']}")
            siblings = [each for each in mock.pipeline.kinds if each.series == kind.series]
            record_id = given["id"] if "id" in given else sandbox.new_id(*siblings)
            draft = Draft(sandbox.state.seed, kind.name, sandbox.records(kind).count_with_deleted, record_id, sandbox.now)
            made: RecordT = mock.fixtures.record(kind, given, draft, place)
            try:
                sandbox.add(kind, made)
            except Unavailable as full:
                raise LimitError(full.detail) from full
            return made

    def _add_many(self, count: int, given: Mapping[str, Any]) -> "builtins.list[RecordT]":
        if count > 1 and "id" in given:
            raise FixtureError("several records cannot have one id", where=f"{self._kind.name}.add_many", hint="leave the id out")
        with self._ref.mock.lock:
            return [self._add(given) for _ in range(count)]


class AnyRecords(Records[Any]):
    """Records of a kind without typed fields."""

    def find(self, **wanted: Any) -> "builtins.list[Any]":
        """Return the records that have all these values, newest first."""
        return self._find(wanted)

    def add(self, **given: Any) -> Any:
        """Add a record with generated values for missing fields, or raise FixtureError."""
        return self._add(given)

    def add_many(self, count: int, **given: Any) -> "builtins.list[Any]":
        """Add `count` records with these values; return them, oldest first."""
        return self._add_many(count, given)


class Account(SandboxHandle):
    """The account of one sandbox at one provider; `provider` is its name."""

    def __init__(self, sandbox_ref: SandboxRef, provider: Provider) -> None:
        super().__init__(sandbox_ref)
        self._provider = provider
        self.provider = provider.name

    def __repr__(self) -> str:
        return f"<account at {self.provider} in {self._ref.name}>"

    @property
    def requests(self) -> "Requests":
        """Requests to the provider, with assertions."""
        from mockserver.client.exchanges import Requests

        return Requests(self._ref, self._provider)

    @property
    def faults(self) -> "Faults":
        """Faults of requests to the provider."""
        from mockserver.client.faults import Faults

        return Faults(self._ref, self._provider)

    @property
    def webhooks(self) -> "Webhooks":
        """The sandbox's events, webhook endpoints and deliveries."""
        from mockserver.client.webhooks import Webhooks

        return Webhooks(self._ref, self._secret())

    @property
    def token(self) -> str:
        """The API key that was issued for this account."""
        return self._ref.sandbox.keys[next(iter(self._provider.labels))]

    def env(self) -> dict[str, str]:
        """Return environment variables that configure a client; starts the server."""
        prefix = self.provider.upper()
        return {f"{prefix}_BASE_URL": self.url, f"{prefix}_API_KEY": self.token}

    @property
    def transport(self) -> "MockTransport":
        """Transport for httpx without a server: `httpx.Client(transport=account.transport)`.

        It takes requests to any host, with any key.
        """
        from mockserver.client.transport import MockTransport

        return MockTransport(self._ref.app, self.name)

    @property
    def adapter(self) -> "MockAdapter":
        """Adapter for requests without a server: `session.mount("https://", account.adapter)`."""
        from mockserver.client.adapter import MockAdapter

        return MockAdapter(self._ref.app, self.name)

    def intercepted(self, *, strict: bool = False) -> Interception:
        """Redirect requests for the provider's own host to this account.

        strict: refuse requests to other hosts, except loopback ones.
        """
        return _interception(self._ref, [self._provider], strict=strict)

    def records(self, section: str) -> AnyRecords:
        """Return the records of a section of the provider's fixtures.

        Raises: ConfigurationError that lists the sections.
        """
        kinds = {kind.name.partition(".")[2]: kind for kind in self._provider.kinds}
        if section not in kinds:
            raise ConfigurationError(f"{self.provider} has no records {section!r}", hint=f"choose {', '.join(kinds)}")
        return AnyRecords(self._ref, kinds[section])

    def _secret(self) -> str:
        """Return the first endpoint's secret, else one derived from the sandbox's name."""
        endpoints = self._ref.sandbox.state.endpoints
        return endpoints[0].secret if endpoints else SECRET_PREFIX + digest(f"{self.name}/webhooks", 32)


class SandboxAccounts(SandboxHandle):
    """The accounts of one sandbox; as a context it drops the sandbox."""

    def __repr__(self) -> str:
        return f"<sandbox {self.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.drop()

    def __getitem__(self, provider: str) -> Account:
        """Return the account at the provider.

        Raises: ConfigurationError that lists the providers.
        """
        found = self._provider(provider)
        if not found.account:
            return Account(self._ref, found)
        from pkgutil import resolve_name

        account: type[Account] = resolve_name(found.account)
        return account(self._ref, found)

    def intercepted(self, *, strict: bool = False) -> Interception:
        """Redirect requests for the providers' own hosts to this sandbox.

        strict: refuse requests to other hosts, except loopback ones.
        """
        return _interception(self._ref, self._ref.mock.pipeline.providers.values(), strict=strict)

    def drop(self) -> None:
        """Drop the sandbox and everything in it."""
        sandboxes = self._ref.mock.sandboxes
        with self._ref.mock.lock:
            if self.name in sandboxes:
                sandboxes.drop(self.name)

    def _account(self, kind: type[AccountT], provider: str) -> AccountT:
        return kind(self._ref, self._provider(provider))

    def _provider(self, name: str) -> Provider:
        providers = self._ref.mock.pipeline.providers
        if name not in providers:
            raise ConfigurationError(f"unknown provider {name!r}", hint=f"choose {', '.join(providers)}")
        return providers[name]


def _interception(sandbox_ref: SandboxRef, providers: Iterable[Provider], *, strict: bool) -> Interception:
    return Interception({urlsplit(each.origin).hostname or "": sandbox_ref.target for each in providers}, strict=strict)
