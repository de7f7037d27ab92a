"""Public API for tests."""

from mockserver_contract import check

check()  # the package of the same name that `mockserver-client` installs has a module `client`, and imports this one instead
