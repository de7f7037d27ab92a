"""A run of pytest that does not use the plugin does not notice it."""

import subprocess
import sys

import pytest

IMPORT = """
import sys
import pytest
before = set(sys.modules)
import mockserver.pytest_plugin.plugin
print(*sorted(set(sys.modules) - before))
"""


def test_import_loads_nothing_but_the_plugin() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", IMPORT], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["mockserver", "mockserver.pytest_plugin", "mockserver.pytest_plugin.plugin"]


@pytest.mark.slow
def test_run_without_accounts_loads_nothing_more(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_it():
            ours = [name for name in sys.modules if name.split(".")[0] in ("mockserver", "msgspec", "uvicorn", "jsonschema_rs")]
            assert sorted(ours) == ["mockserver", "mockserver.pytest_plugin", "mockserver.pytest_plugin.plugin"]
    """)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:schemathesis", "-W", "error")

    result.assert_outcomes(passed=1)
