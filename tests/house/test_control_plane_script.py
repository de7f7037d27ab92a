"""docs/control-plane.sh shows every part of the control plane, and what it shows is so."""

import pytest

from mockserver.http.server import running_server
from tests.conftest import make_app, sandbox_of
from tests.tools import ROOT, program, run

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "docs" / "control-plane.sh"
PRINTED = """
== State: a new sandbox with two customers at Vexutopia
{url}/@script
2

== Fault: the first creation gets 429, a rate limit
fault-1
429

== Clock: after three seconds, as Retry-After says, it works
2026-02-02T12:00:03.000Z
201

== Verify: expected requests are confirmed, and each difference is listed
{{"matched":[1,2]}}
{{'place': 'json.email', 'expected': 'eve@example.com', 'actual': 'ada@example.com'}}

== Webhook: a listener gets payment.succeeded, and openssl confirms the signature
['payment.succeeded']
pending
delivered
the signature is right

== Report: violations, assumptions used, and a digest of the run
500 is greater than the maximum of 100
vexutopia.limit-over-maximum
# mockserver: 1 error in 4 exchanges
"""


def test_the_script_prints_what_it_should_and_leaves_no_sandbox() -> None:
    program("openssl")
    app = make_app(check_replies=False)
    with running_server(app) as address:
        printed = run([program("bash"), str(SCRIPT), address.url], cwd=ROOT)

    assert printed == PRINTED.format(url=address.url)
    assert [each.name for each in app.mock.sandboxes] == [sandbox_of(app).name]
