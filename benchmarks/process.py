"""Starts servers as processes of their own, and reads what they cost."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parents[1]
HEAD = (
    b"GET /customers/cust_175a9abec1882d12 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer test\r\nConnection: close\r\n\r\n"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def bare(port: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.bare", str(port)]


def mock(port: int, *options: str) -> list[str]:
    return [sys.executable, "-P", "-m", "mockserver", "serve", "--port", str(port), *options]


def wait_for_200(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when the server answers 200; asks again every millisecond."""
    end = time.perf_counter() + 120
    while time.perf_counter() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(HEAD)
                if connection.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.001)
    raise RuntimeError("the server did not answer within two minutes")


@contextlib.contextmanager
def running(command: Sequence[str], port: int, tree: Path = HERE) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server with the modules of a checkout until the context ends."""
    # Compiled modules are kept, as they are for everybody who installs a package.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(tree)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        wait_for_200(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads of the process so far (Linux only)."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9


def resident_mb(pid: int) -> float:
    """Return the resident memory of the process in MB (Linux only)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
