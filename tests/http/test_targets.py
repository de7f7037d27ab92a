"""Where webhooks may go."""

import pytest

from mockserver.errors import ConfigurationError
from mockserver.http.guard import check_target

ALLOWED = frozenset({"hooks.example"})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/hook",
        "http://127.1.2.3/",
        "http://localhost:9000/hook?x=1",
        "http://app.localhost/",
        "http://[::1]:9000/hook",
        "https://hooks.example/x",
        "https://HOOKS.example:8443/x",
    ],
)
def test_this_machine_and_allowed_hosts_are_targets(url: str) -> None:
    check_target(url, ALLOWED, where="--webhook")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com/", "example.com"),
        ("http://localhost.example.com/", "localhost.example.com"),
        ("http://127.0.0.1@example.com/", "example.com"),
        ("http://sub.hooks.example/", "sub.hooks.example"),
        ("http://0.0.0.0/", "0.0.0.0"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("http://169.254.169.254/", "169.254.169.254"),
    ],
)
def test_other_hosts_are_refused_with_the_remedy(url: str, host: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        check_target(url, ALLOWED, where="--webhook")

    what, hint = f"{host} is not this machine, so no webhooks go there", f"allow it with --allow-webhook-host {host}"
    assert str(error.value) == f"--webhook: {what}; {hint}"


@pytest.mark.parametrize(
    "url", ["", "hook", "127.0.0.1:9000", "ftp://127.0.0.1/", "http:///hook", "http://127.0.0.1:x/", "http://[::1/"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a URL to send to"):
        check_target(url, ALLOWED, where="--webhook")


def test_url_that_would_show_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError) as error:
        check_target("http://anna:geheim@127.0.0.1:9000/", ALLOWED, where="body.url")

    what = "the URL names a user, which would show in the log"
    assert str(error.value) == f"body.url: {what}; leave out `user:password@`"
