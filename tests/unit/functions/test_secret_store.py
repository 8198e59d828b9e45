"""Merchants' webhook secrets, as the notifier reads them: encrypted, of one merchant, and remembered within bounds."""

from unittest import mock

import pytest
from botocore.exceptions import ClientError

from simulation.model.cloud import Cloud
from transactions.agreed.encryption import HAND_OVER, WEBHOOK_SECRET, Purpose, encryption_context
from transactions.agreed.tables import secret_id
from transactions.attributes import to_item
from transactions.memory import MOST_REMEMBERED, remember
from transactions.webhooks.secret_store import SecretStore
from transactions.webhooks.signing import WebhookSecrets

OLD, NEW = "whsec_b2xk", "whsec_bmV3"


def keep(
    cloud: Cloud, merchant: str, current: str, previous: str = "", *, of: str = "", purpose: Purpose = WEBHOOK_SECRET
) -> None:
    """Keep secrets in a merchant's item, encrypted as another's or for another purpose where that is said."""
    context = encryption_context(purpose, of or merchant)
    texts = {"current": current} | ({"previous": previous} if previous else {})
    encrypted = {name: cloud.key.put(text.encode(), context) for name, text in texts.items()}
    item_id = secret_id(merchant)
    cloud.merchants.write(item_id, to_item({"id": item_id, "version": 1, **encrypted}))


def store(cloud: Cloud) -> SecretStore:
    return SecretStore(cloud.dynamodb, "merchants", cloud.kms, cloud.clock)


def test_both_secrets_of_a_rotation_are_decrypted() -> None:
    cloud = Cloud()
    keep(cloud, "acme", NEW, OLD)
    keep(cloud, "globex", OLD)

    assert store(cloud).of("acme") == WebhookSecrets(NEW, OLD)
    assert store(cloud).of("globex") == WebhookSecrets(OLD)


def test_secrets_are_read_again_after_a_quarter_of_an_hour_and_when_they_are_forgotten() -> None:
    cloud = Cloud()
    secrets = store(cloud)
    told = []
    for secret, passes in ((OLD, 899_999), (NEW, 1), (NEW, 0)):
        keep(cloud, "acme", secret)
        told.append(secrets.of("acme").current)
        cloud.advance(passes)
    keep(cloud, "acme", OLD)
    told.append(secrets.of("acme").current)
    secrets.forget("acme")

    assert told == [OLD, OLD, NEW, NEW]
    assert secrets.of("acme").current == OLD


def test_a_merchant_without_a_secret_is_named() -> None:
    with pytest.raises(LookupError, match="merchant 'acme' has no webhook secret"):
        store(Cloud()).of("acme")


@pytest.mark.parametrize("swapped", [{"of": "globex"}, {"purpose": HAND_OVER}])
def test_what_was_encrypted_as_something_else_is_decrypted_for_nobody(swapped: dict[str, Purpose]) -> None:
    cloud = Cloud()
    keep(cloud, "acme", OLD, **swapped)

    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        store(cloud).of("acme")


def test_memory_does_not_grow_with_the_number_of_merchants() -> None:
    memory: dict[str, tuple[int, str]] = {}
    fetch = mock.Mock(side_effect=str.upper)
    for number in range(MOST_REMEMBERED + 10):
        remember(memory, f"m{number}", 0, fetch)

    assert len(memory) == MOST_REMEMBERED
    assert "m9" not in memory
    assert remember(memory, "m10", 1, fetch) == "M10"
    assert fetch.call_count == MOST_REMEMBERED + 10


def test_what_was_fetched_last_is_remembered_longest() -> None:
    memory: dict[str, tuple[int, str]] = {}
    for number in range(MOST_REMEMBERED):
        remember(memory, f"m{number}", 0, str.upper)

    remember(memory, "m0", 1, str.upper, for_ms=1)
    remember(memory, "new", 1, str.upper)

    assert "m0" in memory
    assert "m1" not in memory
