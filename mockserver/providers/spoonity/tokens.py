"""Spoonity's token endpoint. Plays https://developers.spoonity.com/authentication."""

from mockserver.exchange import Call, Reply
from mockserver.providers.spoonity.records import TOKENS, AccessToken
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds
from mockserver.state.ids import digest

LIFETIME_S = 60


def create_access_token(sandbox: Sandbox, _call: Call) -> Reply:
    """Issue a bearer token for this sandbox; any code and client are taken, as no real ones can be known.

    Behaviours: spoonity.token.*
    """
    token = _new_token(sandbox)
    record = AccessToken(
        id=digest(token),
        date_created=iso_milliseconds(sandbox.now),
        expires_at=iso_milliseconds(sandbox.now + LIFETIME_S * 1000),
    )
    sandbox.add(TOKENS, record)
    return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME_S})


def _new_token(sandbox: Sandbox) -> str:
    """Return a token that is not known yet, even if a loaded state knew some that it did not count."""
    while True:
        token = sandbox.issue(TOKENS.series)
        if digest(token) not in sandbox.records(TOKENS):
            return token
