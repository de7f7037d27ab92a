"""The line that is logged for each request."""

import logging
import re
from contextlib import closing
from http.client import HTTPConnection

import pytest

from mockserver.http.in_process import call
from mockserver.http.server import RequestLog, running_server
from tests.conftest import make_app

BEARER = [(b"authorization", b"Bearer secret")]


def logged(url: str, caplog: pytest.LogCaptureFixture, *, coloured: bool = False, level: int = logging.INFO) -> list[str]:
    """Return what is logged of a request, the times in it left out."""
    with caplog.at_level(level, "mockserver.requests"):
        call(RequestLog(make_app(), coloured=coloured), "GET", url, headers=BEARER)  # any application
    return [re.sub(r"\d+\.\d ms", "1 ms", record.getMessage()) for record in caplog.records]


def test_line_says_status_method_path_and_what_was_assumed(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = logged("/customers/cust_175a9abec1882d12", caplog)

    assert line == "200 GET /customers/cust_175a9abec1882d12 1 ms · assumed spoonity.unknown-token=accepted"


def test_line_names_violations_but_neither_query_nor_key(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = logged("/@anna/customers?limit=x-secret", caplog)

    assert line.startswith("400 GET /@anna/customers 1 ms · violation query.limit: type")
    assert "secret" not in line


def test_line_breaks_of_a_path_begin_no_new_line(caplog: pytest.LogCaptureFixture) -> None:
    log = RequestLog(make_app(), coloured=False)
    with caplog.at_level(logging.INFO, "mockserver.requests"), running_server(log) as address:
        connection = HTTPConnection(address.host, address.port, timeout=10)
        with closing(connection):
            connection.request("GET", "/customers/%0a500", headers={"Authorization": "Bearer x"})
            connection.getresponse().read()

    (record,) = caplog.records
    assert record.getMessage().startswith("404 GET /customers/\\n500 ")


def test_status_has_a_colour_if_there_are_colours(caplog: pytest.LogCaptureFixture) -> None:
    (line,) = logged("/nothing", caplog, coloured=True)

    assert line == "\033[33m404\033[0m GET /nothing \033[2m1 ms\033[0m"


def test_control_api_is_logged_at_debug_only(caplog: pytest.LogCaptureFixture) -> None:
    assert logged("/_mock", caplog) == []
    assert len(logged("/_mock", caplog, level=logging.DEBUG)) == 1
