"""The merchants table: who an API key belongs to, and every merchant's settings, the earlier ones included.

id                         holds
key#<SHA-256 of the key>   merchant_id; ends_at, where the key has an end; for operators label, api_key_id, made_at
merchant#<id>              the settings in force
merchant#<id>#<version>    settings that were in force before
secret#<id>                the webhook secrets, encrypted: `transactions.webhooks.secret_store`
enrolment#<id>             what operators note of the merchant: `tapstack.operate.enrolments`
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from transactions.agreed.tables import API_KEY_ENDS_AT, API_KEY_MERCHANT, KEY, api_key_id, settings_id
from transactions.attributes import from_item, key_of, refused_item, to_item
from transactions.clock import Clock, iso
from transactions.errors import ApiKeyEndedError
from transactions.memory import remember
from transactions.settings import MerchantSettings, stored_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SettingsChangedError(Exception):
    """Somebody else changed the merchant's settings at the same moment; nothing was written."""


def settings_item(item_id: str, settings: MerchantSettings) -> dict[str, Any]:
    """Write settings as the plain values of an item."""
    return {KEY: item_id, "settings": msgspec.to_builtins(settings)}


class Merchants:
    """The merchants table, with a memory."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Work on a table.

        Args:
            client: DynamoDB.
            table: its name.
            clock: tells when what is remembered is too old.
        """
        self._client = client
        self._table = table
        self._clock = clock
        self._remembered: dict[str, tuple[int, dict[str, Any]]] = {}

    def of_key(self, api_key: str) -> str | None:
        """Find the merchant an API key was given to; None for a key of nobody's.

        Raises:
            ApiKeyEndedError: the key had an end, and that is over.
        """
        binding = self._read(api_key_id(api_key))
        if binding is None:
            return None
        ends_at: int | None = binding.get(API_KEY_ENDS_AT)
        if ends_at is not None and ends_at <= self._clock():
            raise ApiKeyEndedError(f"the API key ended at {iso(ends_at)}; use the one that replaced it")
        merchant_id: str = binding[API_KEY_MERCHANT]
        return merchant_id

    def settings(self, merchant_id: str) -> MerchantSettings | None:
        """Read a merchant's settings; None for a merchant that has none yet."""
        item = self._read(settings_id(merchant_id))
        return stored_settings(item["settings"]) if item else None

    def forget(self, merchant_id: str) -> None:
        """Read a merchant's settings anew next time: somebody asks for those that are in force now."""
        self._remembered.pop(settings_id(merchant_id), None)

    def settings_at(self, merchant_id: str, version: int) -> MerchantSettings | None:
        """Read a merchant's settings of a version, in force or past; None when there never was one."""
        item = self._fetch(settings_id(merchant_id))
        if item and stored_settings(item["settings"]).version != version:
            item = self._fetch(settings_id(merchant_id, version))
        return stored_settings(item["settings"]) if item else None

    def versions(self, merchant_id: str) -> Iterator[tuple[int, MerchantSettings]]:
        """Read all settings of a merchant that were ever in force, the earliest first, with their versions."""
        item = self._fetch(settings_id(merchant_id))
        if item is None:
            return
        current = stored_settings(item["settings"])
        for version in range(1, current.version):
            if earlier := self._fetch(settings_id(merchant_id, version)):
                yield version, stored_settings(earlier["settings"])
        yield current.version, current

    def write(self, settings: MerchantSettings) -> MerchantSettings:
        """Put a merchant's settings in force under the next version; those there were are kept beside them.

        The outgoing settings are put aside first: a write that is cut short between the two leaves a copy of what is
        in force, and the next one puts the same copy there again.

        Returns:
            The settings as written, or, when they are in force already, as they are.

        Raises:
            SettingsChangedError: somebody else wrote meanwhile.
        """
        item_id = settings_id(settings.id)
        self.forget(settings.id)
        item = self._fetch(item_id)
        earlier = stored_settings(item["settings"]) if item else None
        if earlier is None:
            settings = msgspec.structs.replace(settings, version=1)
        else:
            if msgspec.structs.replace(settings, version=earlier.version) == earlier:
                return earlier
            settings = msgspec.structs.replace(settings, version=earlier.version + 1)
            self._put(settings_id(settings.id, earlier.version), earlier)
        condition: dict[str, Any] = {"ConditionExpression": f"attribute_not_exists({KEY})"}
        if earlier is not None:
            condition = {
                "ConditionExpression": "settings.version = :earlier",
                "ExpressionAttributeValues": to_item({":earlier": earlier.version}),
            }
        try:
            self._put(item_id, settings, **condition, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            held = from_item(refused_item(error) or {})
            # The SDK sends a request again when its answer was lost: then it is this very write that is in the way.
            if held and stored_settings(held["settings"]) == settings:
                return settings
            raise SettingsChangedError(
                f"the settings of merchant {settings.id!r} were changed at the same moment; look at them and try again"
            ) from error
        return settings

    def _put(self, item_id: str, settings: MerchantSettings, **condition: Any) -> None:
        self._client.put_item(TableName=self._table, Item=to_item(settings_item(item_id, settings)), **condition)

    def _read(self, item_id: str) -> dict[str, Any] | None:
        return remember(self._remembered, item_id, self._clock(), self._fetch)

    def _fetch(self, item_id: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=key_of(item_id), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None
