"""Rotation of a merchant's webhook secret.

current  previous
A        -          ──rotate──▶  B, A    the notifier signs with both, the merchant may verify with either
B        A          ──end─────▶  B, -    once the merchant verifies with B
"""

import base64
import secrets
from typing import TYPE_CHECKING

import msgspec

from tapstack.account_names import following_version
from tapstack.console.errors import UserError
from tapstack.console.hints import command
from transactions.agreed.webhooks import SECRET_BYTES, SECRET_PREFIX
from transactions.webhooks.signing import WebhookSecrets

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class RotatingSecret:
    """The secret of one merchant; its values are never told."""

    def __init__(self, client: "SecretsManagerClient", prefix: str, merchant_id: str, stack: str) -> None:
        """Read nothing yet.

        Args:
            client: Secrets Manager.
            prefix: what the secrets' names begin with.
            merchant_id: whose secret.
            stack: the environment's, for the commands that messages name.
        """
        self.name = f"{prefix}{merchant_id}"
        self._client = client
        self._merchant_id = merchant_id
        self._stack = stack

    def live(self) -> int:
        """Count the secrets that webhooks are signed with.

        Raises:
            UserError: the merchant has none.
        """
        _, held = self._read()
        return 1 if held.previous is None else 2

    def rotate(self, *, force: bool = False) -> None:
        """Make a new secret the current one, and what was current the previous one.

        Args:
            force: whether a previous secret that is still live may go.

        Raises:
            UserError: a rotation is under way, somebody else changed the secret meanwhile, or there is none.
        """
        version, held = self._read()
        if held.previous is not None and not force:
            raise UserError(
                f"merchant {self._merchant_id!r} has two live secrets from a rotation before; end it: "
                f"{self._command('end-rotation')}; or drop the older one now with --force"
            )
        fresh = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        self._write(version, WebhookSecrets(current=fresh, previous=held.current))

    def end(self) -> bool:
        """Drop the previous secret; tell whether there was one.

        Raises:
            UserError: somebody else changed the secret meanwhile, or there is none.
        """
        version, held = self._read()
        if held.previous is None:
            return False
        self._write(version, WebhookSecrets(current=held.current))
        return True

    def _command(self, action: str) -> str:
        return command("merchant", action, self._merchant_id, stack=self._stack)

    def _read(self) -> tuple[str, WebhookSecrets]:
        try:
            answer = self._client.get_secret_value(SecretId=self.name)
        except self._client.exceptions.ResourceNotFoundException as error:
            raise UserError(
                f"merchant {self._merchant_id!r} has no webhook secret ({self.name}); see: "
                f"{command('merchant', 'list', stack=self._stack)}"
            ) from error
        return answer["VersionId"], msgspec.json.decode(answer["SecretString"], type=WebhookSecrets)

    def _write(self, version: str, held: WebhookSecrets) -> None:
        try:
            self._client.put_secret_value(
                SecretId=self.name,
                SecretString=msgspec.json.encode(held).decode(),
                ClientRequestToken=following_version(self.name, version),
            )
        except self._client.exceptions.ResourceExistsException as error:
            raise UserError(
                f"the secret of merchant {self._merchant_id!r} was changed at the same moment; nothing was written; "
                f"look at it and try again: {self._command('show')}"
            ) from error
