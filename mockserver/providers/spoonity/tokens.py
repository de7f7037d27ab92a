"""Spoonity's token endpoint. Plays https://developers.spoonity.com/authentication."""

from mockserver.exchange import Call, Reply
from mockserver.providers.spoonity.records import TOKENS, AccessToken
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds
from mockserver.state.ids import digest

LIFETIME_S = 60


def create_access_token(sandbox: Sandbox, _call: Call) -> Reply:
    """Issue a bearer token for this sandbox; any code and client are taken, as no real ones can be known.

    Behaviours: spoonity.token.issued
    """
    token = sandbox.issue("spoonity.tokens")
    record = AccessToken(
        id=digest(token),
        date_created=iso_milliseconds(sandbox.now),
        expires_at=iso_milliseconds(sandbox.now + LIFETIME_S * 1000),
    )
    if digest(token) not in sandbox.records(TOKENS):
        sandbox.add(TOKENS, record)
    return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME_S})
