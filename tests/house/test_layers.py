"""The package keeps the shape that docs/architecture.md gives it: who may import what, and where time and chance come from."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from mockserver.providers import PROVIDERS
from tests.house.layers import (
    CLOCK,
    PACKAGE,
    ROOT,
    Import,
    between_providers,
    files,
    going_up,
    imports,
    layers,
    machine_time_and_chance,
    names_of_providers,
    out_of_place,
    part,
    sources,
    steps,
    too_early,
    waiting,
)


@pytest.fixture(scope="module")
def ranks() -> dict[str, int]:
    """Part of the package → its height."""
    drawn = layers((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    heights = {each: height for height, row in enumerate(reversed(drawn), 1) for each in row}
    return {"": 0, "__main__": len(drawn)} | heights


@pytest.fixture(scope="module")
def every_import() -> list[Import]:
    package = sources()
    return [found for module, source in package.items() for found in imports(module, source, known=package)]


def test_imports_go_down(every_import: list[Import], ranks: dict[str, int]) -> None:
    assert [complaint for found in every_import if (complaint := going_up(found, ranks))] == []


def test_only_the_lookup_has_the_list_of_built_in_providers() -> None:
    wanted = re.compile(r"^ *from mockserver\.providers import .*\bPROVIDERS\b|\bproviders\.PROVIDERS\b", re.MULTILINE)

    assert [module for module, source in sources().items() if wanted.search(source)] == []


def test_every_layer_that_is_drawn_is_there_or_announced(ranks: dict[str, int]) -> None:
    missing = {each for each in ranks if each and not any(part(module) == each for module in sources())}

    assert missing <= {"judge", "pytest_plugin", "verify", "faults", "dashboard"}


def test_every_step_of_a_request_that_is_drawn_is_there() -> None:
    drawn = steps((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    texts = {path: (ROOT / PACKAGE / path).read_text(encoding="utf-8") for path, _ in drawn}

    assert len(texts) >= 10
    assert [(path, name) for path, name in drawn if name and f"def {name}(" not in texts[path]] == []


def test_providers_never_import_each_other(every_import: list[Import]) -> None:
    assert [complaint for found in every_import if (complaint := between_providers(found))] == []


def test_foreign_packages_are_imported_only_where_they_belong(every_import: list[Import]) -> None:
    assert [complaint for found in every_import if (complaint := out_of_place(found))] == []


def test_what_serving_needs_late_is_imported_late(every_import: list[Import]) -> None:
    assert [complaint for found in every_import if (complaint := too_early(found))] == []


def test_no_name_of_a_provider_stands_outside_its_folder() -> None:
    assert [(path, line) for path, text in files().items() for line in names_of_providers(text)] == []


def test_time_and_chance_come_from_one_place() -> None:
    assert [each for module, source in sources().items() for each in machine_time_and_chance(module, source)] == []


def test_nothing_below_http_waits(ranks: dict[str, int]) -> None:
    assert [each for module, source in sources().items() for each in waiting(module, source, ranks)] == []


def test_the_first_answer_needs_neither_parser_nor_validator_nor_framework(tmp_path: Path) -> None:
    program = dedent("""
        import sys
        from mockserver.app import asgi_app
        from mockserver.http.in_process import call
        path, headers = "/customers/cust_175a9abec1882d12", [(b"authorization", b"Bearer x")]
        assert call(asgi_app(), "GET", path, headers=headers).status == 200
        print(*sorted({"yaml", "jsonschema_rs", "starlette", "httpx", "mockserver.control"} & sys.modules.keys()))
    """)
    command = [sys.executable, "-c", program]
    environment = {"MOCKSERVER_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout.split()
        for _ in range(2)
    )

    assert "yaml" in first, "nothing was cached yet, so the first start had to parse"
    assert second == []


# Each rule finds what it forbids: a rule that no source can break would hold nothing.

DRAWING = "## Layers\n\n```\napp\ncontrol\nhttp\nstate\ncatalogue, contract\nexchange\n```\n"
KNOWN = dict.fromkeys([PACKAGE, f"{PACKAGE}.exchange", f"{PACKAGE}.http.app", f"{PACKAGE}.control"], "")


def heights() -> dict[str, int]:
    return {each: height for height, row in enumerate(reversed(layers(DRAWING)), 1) for each in row}


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("exchange", "from mockserver.state import Kind", "exchange:1 imports mockserver.state, which is above it"),
        ("state.store", "def f():\n    import mockserver.http.app", "store:2 imports mockserver.http.app, which is above it"),
        ("http.app", "from mockserver import exchange, control", "app:1 imports mockserver.control, which is above it"),
        (
            "state",
            "if TYPE_CHECKING:\n    from mockserver.http import app",
            "state:2 imports mockserver.http.app, which is above it",
        ),
        ("state", "import mockserver.attic", "mockserver.attic stands in no layer"),
        ("attic", "import mockserver.state", "mockserver.attic stands in no layer"),
    ],
)
def test_import_that_goes_up_is_found(module: str, source: str, complaint: str) -> None:
    found = [going_up(each, heights()) for each in imports(f"{PACKAGE}.{module}", source, known=KNOWN)]

    assert any(complaint in (each or "") for each in found)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("http.app", "from mockserver import exchange"),
        ("http.app", "from mockserver.http.guard import has_body"),
        ("catalogue", "import mockserver.contract"),
        ("exchange", "if TYPE_CHECKING:\n    from mockserver.catalogue import Assumption"),
    ],
)
def test_import_that_goes_down_is_let_be(module: str, source: str) -> None:
    assert not any(going_up(each, heights()) for each in imports(f"{PACKAGE}.{module}", source, known=KNOWN))


def test_import_of_another_provider_is_found() -> None:
    for source in (
        "from mockserver.providers.b.records import X",
        "import mockserver.providers.b",
        "from mockserver.providers import B",
    ):
        (found,) = imports("mockserver.providers.a.records", source, known=KNOWN)
        assert between_providers(found)
    for source in ("from mockserver.providers.a import x", "from mockserver.providers.provider import Provider"):
        (found,) = imports("mockserver.providers.a.records", source, known=KNOWN)
        assert between_providers(found) is None


@pytest.mark.parametrize(
    "source", ["import starlette.routing", "from uvicorn import Config", "import requests", "from . import x"]
)
def test_foreign_package_in_the_wrong_place_is_found(source: str) -> None:
    (found,) = imports("mockserver.state.store", source, known=KNOWN)

    assert out_of_place(found)


def test_early_import_of_what_is_needed_late_is_found() -> None:
    early, late = imports("mockserver.contract.check", "import jsonschema_rs\ndef f():\n    import jsonschema_rs", known=KNOWN)

    assert too_early(early)
    assert too_early(late) is None


@pytest.mark.parametrize(
    "source",
    ["import time", "from random import choice", "from os import urandom", "datetime.datetime.now()", "from time import time"],
)
def test_machine_time_and_chance_are_found(source: str) -> None:
    assert machine_time_and_chance("mockserver.journal", source)
    assert machine_time_and_chance(CLOCK, source) == []


def test_waiting_below_http_is_found() -> None:
    source = "async def f():\n    await g()"

    assert len(waiting("mockserver.state", source, heights())) == 2
    assert waiting("mockserver.http.app", source, heights()) == []


def test_name_of_a_provider_is_found_even_in_a_comment() -> None:
    line = f"x = 1  # as {PROVIDERS[0].name.upper()} does"

    assert names_of_providers(f"y = 2\n{line}\n") == [line]
    assert "mock.py" in files()
    assert "providers/__init__.py" not in files()
