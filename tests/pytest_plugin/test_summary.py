"""What several processes noted, put together."""

from mockserver.pytest_plugin.summary import Judgement, RunResults, summarise

SHARED = "sandbox sandbox-1"


def judgement(requests: int, *assumptions: str) -> Judgement:
    return Judgement(
        requests=requests, violations=(), conduct=(), assumptions=assumptions, exercised=(), digest=f"sha256:{requests}"
    )


def test_two_processes_that_shared_out_the_tests_of_one_sandbox_count_together() -> None:
    def together(first: Judgement, second: Judgement) -> RunResults:
        results = RunResults({SHARED: first, "test_it": judgement(1)})
        results.merge(RunResults({SHARED: second}))
        return results

    one, other = judgement(2, "a=b"), judgement(3, "c=d")
    summary = summarise(together(one, other))

    assert summary.requests == 6
    assert summary.assumptions == {"a=b": (SHARED,), "c=d": (SHARED,)}
    assert summarise(together(other, one)) == summary
