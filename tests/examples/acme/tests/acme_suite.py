"""What a repository that uses Acme's mock tests."""

import httpx
import pytest


def create(account) -> httpx.Response:
    return httpx.post(f"{account.url}/notes", headers={"Authorization": f"Bearer {account.token}"}, json={"text": "a"})


def test_a_note_is_stored(acme):
    reply = create(acme)

    assert reply.is_success
    assert acme.records("notes").list()[0].text == "a"
    acme.requests.assert_called("createNote", times=1)


def test_leans_on_the_status(acme):
    assert create(acme).status_code == 201


@pytest.mark.mockserver(assume={"acme.create-status": "200"}, fixture=[])
def test_another_choice_and_an_empty_account(acme):
    assert create(acme).status_code == 200
    assert len(acme.records("notes")) == 1


@pytest.mark.mockserver(intercept=True)
def test_the_real_address_reaches_both(acme, vexutopia):
    assert acme.name == vexutopia.name
    headers = {"Authorization": f"Bearer {acme.token}"}
    assert httpx.get("https://api.acme.example/notes/n000001", headers=headers).json()["text"] == "first"
    headers = {"Authorization": f"Bearer {vexutopia.token}"}
    assert httpx.get("https://api.vexutopia.com/v1/customers", headers=headers).is_success
