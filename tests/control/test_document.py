"""The control API's own document and index."""

import json
import re

import httpx
from openapi_spec_validator import validate

from mockserver import __version__
from mockserver.control import create_control
from mockserver.control.routes import ROUTES
from mockserver.http.app import App
from tests.control.asking import DOCUMENT

PATHS = DOCUMENT["paths"]

PROMISED = """
    GET /_mock/
    GET /_mock/control.json
    GET /_mock/health
    GET /_mock/openapi.json
    GET /_mock/sandboxes
    POST /_mock/sandboxes
    DELETE /_mock/sandboxes/{name}
    POST /_mock/reset
    GET /_mock/state
    PUT /_mock/state
    GET /_mock/snapshots
    PUT /_mock/snapshots/{name}
    DELETE /_mock/snapshots/{name}
    POST /_mock/snapshots/{name}/restore
    GET /_mock/snapshots/{name}/changes
    GET /_mock/report
    GET /_mock/traces
    GET /_mock/clock
    PATCH /_mock/clock
    GET /_mock/assumptions
    PATCH /_mock/assumptions
    GET /_mock/webhooks
    POST /_mock/webhooks
    PATCH /_mock/webhooks/{id}
    DELETE /_mock/webhooks/{id}
    GET /_mock/webhooks/deliveries
    DELETE /_mock/webhooks/deliveries
    GET /_mock/webhooks/deliveries/{id}
    POST /_mock/webhooks/deliveries/{id}/replay
    GET /_mock/events
    POST /_mock/events
    GET /_mock/requests
    DELETE /_mock/requests
    GET /_mock/requests.har
    GET /_mock/requests/{number}
    GET /_mock/requests/stream
    POST /_mock/requests/verify
"""


TAGS = """
    index health contract sandboxes reset state snapshots clock assumptions report traces faults requests stream deliveries
    webhooks events
"""


def test_tags_name_resources() -> None:
    tags = {path: {each["tags"][0] for method, each in item.items() if method != "parameters"} for path, item in PATHS.items()}

    assert [each["name"] for each in DOCUMENT["tags"]] == TAGS.split()
    assert set().union(*tags.values()) == set(TAGS.split())
    assert tags["/_mock/"] == tags["/_mock/control.json"] == {"index"}
    assert tags["/_mock/webhooks/deliveries/{id}/replay"] == {"deliveries"}
    assert tags["/_mock/requests.har"] == {"requests"}


def test_document_is_valid_openapi(control: httpx.Client) -> None:
    document = control.get("/_mock/control.json").json()
    validate(document)
    assert document == DOCUMENT


def test_document_has_every_promised_route() -> None:
    documented = {
        f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
    }
    assert set(map(str.strip, PROMISED.strip().splitlines())) <= documented


def test_document_and_routes_agree() -> None:
    documented = [(path, method.upper()) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"]
    assert sorted(documented) == sorted((route.path, route.method) for route in ROUTES)


def test_no_route_is_listed_twice() -> None:
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_every_documented_path_is_served(app: App, control: httpx.Client) -> None:
    assert create_control(app) is not None
    for path in DOCUMENT["paths"]:
        assert "unknown path /_mock" not in control.options(path.replace("{name}", "x")).text


def test_every_operation_says_in_a_sentence_what_it_does() -> None:
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                assert operation["summary"].endswith("."), (path, method)
                assert "Raises" not in operation.get("description", ""), (path, method)


def test_descriptions_say_what_a_response_has_without_sections_of_docstrings() -> None:
    described = DOCUMENT["components"]["schemas"]
    clock = DOCUMENT["paths"]["/_mock/clock"]["get"]["responses"]["200"]

    assert [name for name, schema in described.items() if re.search(r"Attributes:|Raises:|\n ", schema["description"])] == []
    assert clock["description"] == "The clock's mode and time."
    assert described["Deliveries"]["description"] == "Deliveries in numbers."
    assert DOCUMENT["paths"]["/_mock/requests"]["delete"]["responses"]["204"] == {"description": "No content."}


def test_operation_ids_are_unique() -> None:
    ids = [
        operation["operationId"] for item in DOCUMENT["paths"].values() for key, operation in item.items() if key != "parameters"
    ]
    assert len(set(ids)) == len(ids)


def test_document_names_the_sandbox_that_it_was_asked_of(control: httpx.Client) -> None:
    assert control.get("/@mine/_mock/control.json").json()["servers"] == [{"url": "http://mock.localhost/@mine"}]


def test_index_lists_the_routes(control: httpx.Client) -> None:
    index = control.get("/_mock/").json()
    assert index["name"] == "mockserver"
    assert index["version"] == __version__
    assert {"method": "GET", "path": "/_mock/clock", "does": "Return the sandbox's clock."} in index["routes"]
    assert len(index["routes"]) == len(ROUTES)


def test_index_needs_no_final_slash(control: httpx.Client) -> None:
    assert control.get("/_mock").content == control.get("/_mock/").content


def test_health_says_ready_and_the_version(control: httpx.Client) -> None:
    assert control.get("/_mock/health").json() == {"ready": True, "version": __version__}


def test_asking_for_health_makes_no_sandbox(app: App, control: httpx.Client) -> None:
    control.get("/@new/_mock/health")
    assert "new" not in app.mock.sandboxes


def test_document_says_that_no_key_is_wanted_and_has_no_schema_that_nobody_uses(control: httpx.Client) -> None:
    text = control.get("/_mock/control.json").text
    document = json.loads(text)

    assert document["security"] == []
    unused = [name for name in document["components"]["schemas"] if f"#/components/schemas/{name}" not in text]
    assert unused == []


def test_only_names_have_the_form_of_names() -> None:
    paths = DOCUMENT["paths"]
    shapes = {
        each["name"]: "pattern" in each["schema"] for item in paths.values() for each in item["parameters"] if "name" in each
    }

    assert shapes == {"name": True, "id": False, "number": False}


def test_a_form_of_json_is_an_object_and_others_are_text() -> None:
    content = DOCUMENT["paths"]["/_mock/report"]["get"]["responses"]["200"]["content"]

    assert {name: each["schema"].get("type") for name, each in content.items() if name != "application/json"} == {
        "text/markdown": "string",
        "application/junit+xml": "string",
        "application/sarif+json": "object",
    }
