#!/usr/bin/env bash
# Each part of the control API once, with curl: state, fault, clock, verify with a difference, a webhook whose signature
# openssl checks, and the report. Needs a running mock (`mockserver serve`), bash, curl, python3 and openssl.
#
#     bash docs/control-plane.sh [http://127.0.0.1:4010]
set -euo pipefail

MOCK=${1:-http://127.0.0.1:4010}
KEY='Authorization: Bearer vex_test_your_api_key'
JSON='Content-Type: application/json'
SECRET=whsec_script
FILES=$(mktemp -d)

heading() { printf '\n== %s\n' "$1"; }
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
finish() {
    kill "${LISTENER:-}" 2>/dev/null || true
    curl -sX DELETE "$MOCK/_mock/sandboxes/script"
    rm -rf "$FILES"
}
trap finish EXIT

heading 'State: a new sandbox with two customers at Vexutopia'
curl -sX POST "$MOCK/_mock/sandboxes" -d '{"name": "script", "fixture": "empty", "clock": "frozen"}' | field '["url"]'
BOX=$MOCK/@script
curl -sX PUT "$BOX/_mock/state" -H 'Content-Type: application/yaml' --data-binary @- <<'YAML' | field '["records"]["vexutopia.customers"]'
now: 2026-02-02T12:00:00Z
vexutopia:
  customers:
    - {id: cus_script000001, email: jane@example.com, name: Jane Smith}
    - {id: cus_script000002, email: john@example.com, name: John Smith}
YAML

heading 'Fault: the first creation gets 429, a rate limit'
curl -sX POST "$BOX/_mock/faults" \
    -d '{"kind": "status", "status": 429, "retry_after": 3, "operations": ["vexutopia.createCustomer"], "first": 1}' | field '[0]["id"]'
create() { curl -s -o "$FILES/created" -w '%{http_code}\n' "$BOX/v1/customers" -H "$KEY" -H "$JSON" -d '{"email": "ada@example.com"}'; }
create

heading 'Clock: after three seconds, as Retry-After says, it works'
curl -sX PATCH "$BOX/_mock/clock" -d '{"advance": "3s"}' | field '["now"]'
create

heading 'Verify: expected requests are confirmed, and each difference is listed'
curl -sX POST "$BOX/_mock/requests/verify" \
    -d '{"operation": "vexutopia.createCustomer", "json": {"email": "ada@example.com"}, "times": 2}'
echo
curl -sX POST "$BOX/_mock/requests/verify" -d '{"operation": "vexutopia.createCustomer", "json": {"email": "eve@example.com"}}' |
    field '["nearest"][0]["differences"][0]'

heading 'Webhook: a listener gets payment.succeeded, and openssl confirms the signature'
python3 - "$FILES" <<'PYTHON' &
import http.server
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        (folder / "body").write_bytes(self.rfile.read(int(self.headers["content-length"])))
        (folder / "signature").write_text(self.headers["x-vexutopia-signature"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Listener)
(folder / "port.new").write_text(str(server.server_port))
(folder / "port.new").rename(folder / "port")
server.serve_forever()
PYTHON
LISTENER=$!
until [ -f "$FILES/port" ]; do sleep 0.05; done
curl -sX POST "$BOX/_mock/webhooks" \
    -d "{\"url\": \"http://127.0.0.1:$(cat "$FILES/port")/hook\", \"secret\": \"$SECRET\", \"events\": [\"payment.succeeded\"]}" |
    field '["events"]'
curl -s "$BOX/v1/payments" -H "$KEY" -H "$JSON" -d '{"amount": 2000, "currency": "usd"}' | field '["status"]'
curl -sX PATCH "$BOX/_mock/clock" -d '{"advance": "5s"}' >"$FILES/clock"
curl -s "$BOX/_mock/webhooks/deliveries?type=payment.succeeded&status=delivered&wait=5" | field '[0]["status"]'
WANTED=$(openssl dgst -sha256 -hmac "$SECRET" "$FILES/body" | sed 's/.* //')
[ "$WANTED" = "$(cat "$FILES/signature")" ] && echo 'the signature is right'

heading 'Report: violations, assumptions used, and a digest of the run'
curl -s "$BOX/v1/customers?limit=500" -H "$KEY" >"$FILES/list"
curl -s "$BOX/_mock/report" >"$FILES/report"
field '["violations"][0]["detail"]' <"$FILES/report"
field '["assumptions"][0]["key"]' <"$FILES/report"
curl -s "$BOX/_mock/report?format=markdown" | head -1
