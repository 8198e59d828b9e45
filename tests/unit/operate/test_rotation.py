"""Rotation of a webhook secret, against somebody else's."""

import json
from typing import Any

import pytest

from tapstack.console.errors import UserError
from tapstack.operate.rotation import RotatingSecret


class Vault:
    """Secrets Manager, as far as one secret goes: a token names one version only, as on AWS."""

    class exceptions:  # noqa: N801 - as boto3 has it
        class ResourceNotFoundException(Exception):  # noqa: N818
            pass

        class ResourceExistsException(Exception):  # noqa: N818
            pass

    def __init__(self) -> None:
        self.versions: dict[str, str] = {"0": json.dumps({"current": "whsec_b2xk", "previous": None})}

    @property
    def held(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads([*self.versions.values()][-1])
        return values

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        if not SecretId.endswith("acme"):
            raise self.exceptions.ResourceNotFoundException
        return {"VersionId": [*self.versions][-1], "SecretString": [*self.versions.values()][-1]}

    def put_secret_value(self, SecretId: str, SecretString: str, ClientRequestToken: str) -> None:  # noqa: N803
        if self.versions.get(ClientRequestToken, SecretString) != SecretString:
            raise self.exceptions.ResourceExistsException
        self.versions[ClientRequestToken] = SecretString


@pytest.fixture
def vault() -> Vault:
    return Vault()


def secret(vault: Any, merchant_id: str = "acme") -> RotatingSecret:
    return RotatingSecret(vault, "hooks/", merchant_id, "local")


def test_what_was_current_is_previous_until_the_end(vault: Vault) -> None:
    secret(vault).rotate()
    fresh = vault.held["current"]

    assert vault.held["previous"] == "whsec_b2xk"
    assert len(fresh) == len("whsec_") + 44
    assert secret(vault).live() == 2
    assert secret(vault).end()
    assert (vault.held, secret(vault).live()) == ({"current": fresh, "previous": None}, 1)
    assert not secret(vault).end()


def test_a_second_rotation_waits_for_the_end_of_the_first_unless_forced(vault: Vault) -> None:
    secret(vault).rotate()
    first = vault.held

    with pytest.raises(UserError, match=r"two live secrets .*/tapstack merchant end-rotation acme; or .* --force"):
        secret(vault).rotate()
    assert vault.held == first

    secret(vault).rotate(force=True)
    assert vault.held["previous"] == first["current"]


def test_of_two_rotations_at_once_the_second_writes_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = vault.get_secret_value("acme")
    secret(vault).rotate()
    first = vault.held
    monkeypatch.setattr(vault, "get_secret_value", lambda **_: seen)

    with pytest.raises(UserError, match="changed at the same moment; nothing was written"):
        secret(vault).rotate()

    assert vault.held == first


def test_a_merchant_without_a_secret_is_named(vault: Vault) -> None:
    with pytest.raises(UserError, match=r"merchant 'nobody' has no webhook secret \(hooks/nobody\)"):
        secret(vault, "nobody").live()
