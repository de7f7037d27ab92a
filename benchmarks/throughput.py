"""Requests per second and CPU per request, mock against bare, in alternating rounds. Needs wrk."""

import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.process import bare, cpu_seconds, free_port, mock, running

HEADERS = ("-H", "Authorization: Bearer vex_test_your_api_key")
CASES = {
    "GET one": ("/v1/customers/cus_abc123def456", None, 0.60),
    "list of 25": ("/v1/customers?limit=25", None, 0.45),
    "POST, validated": (
        "/v1/customers",
        """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local count = 0
function request()
  count = count + 1
  local body = string.format('{"email":"user%d@example.com","name":"Jane Smith","phone":"+1 555 123 4567","metadata":{"n":"%d"}}',
                             count, count)
  return wrk.format(nil, nil, nil, body)
end
""",
        0.40,
    ),
}


def measure(rounds: int, seconds: int) -> list[str]:
    """Return the rows of a Markdown table."""
    bare_port, mock_port = free_port(), free_port()
    rows = []
    with running(bare(bare_port), bare_port) as one, running(mock(mock_port), mock_port) as other:
        for name, (target, script, aim) in CASES.items():
            ratios, bare_cpu, mock_cpu, bare_rate, mock_rate = [], [], [], [], []
            for _ in range(rounds):
                rate, cpu = load(bare_port, one.pid, target, script, seconds)
                own_rate, own_cpu = load(mock_port, other.pid, target, script, seconds)
                ratios.append(own_rate / rate)
                bare_rate.append(rate)
                mock_rate.append(own_rate)
                bare_cpu.append(cpu)
                mock_cpu.append(own_cpu)
            cpus = statistics.median(bare_cpu), statistics.median(mock_cpu)
            rows.append(
                f"| {name} | {statistics.median(bare_rate):,.0f} | {statistics.median(mock_rate):,.0f} "
                f"| **{statistics.median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f}) | ≥ {aim:.2f} "
                f"| {cpus[0]:.0f} | {cpus[1]:.0f} | {cpus[0] / cpus[1]:.2f} |"
            )
    return [
        "| case | bare, req/s | mock, req/s | ratio (min–max) | aim | bare, CPU µs/req | mock, CPU µs/req | ratio of CPU |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]


def load(port: int, pid: int, target: str, script: str | None, seconds: int) -> tuple[float, float]:
    """Return requests per second and CPU microseconds per request."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["wrk", "-t1", "-c16", f"-d{seconds}s", *HEADERS]
        if script:
            path = Path(folder) / "load.lua"
            path.write_text(script)
            command += ["-s", str(path)]
        before = cpu_seconds(pid)
        printed = subprocess.run(
            [*command, f"http://127.0.0.1:{port}{target}"], capture_output=True, text=True, check=True
        ).stdout
        used = cpu_seconds(pid) - before
    if "Non-2xx" in printed:
        raise RuntimeError(f"the load on {target} was not answered with 2xx:\n{printed}")
    requests = re.search(r"(\d+) requests in", printed)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if requests is None or rate is None:
        raise RuntimeError(f"wrk printed something else:\n{printed}")
    return float(rate[1]), used / int(requests[1]) * 1e6
