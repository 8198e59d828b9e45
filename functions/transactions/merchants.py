"""The merchants table: who an API key belongs to, and every merchant's settings, the earlier ones included.

id                         holds
key#<SHA-256 of the key>   merchant_id; ends_at, where the key has an end; for operators label, api_key_id, made_at
merchant#<id>              the settings in force, who put them there and why, and a draft of others
merchant#<id>#<version>    settings that were in force before, likewise
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
from transactions.held_settings import Draft, HeldSettings, VersionNote, held_settings
from transactions.memory import remember
from transactions.settings import MerchantSettings, stored_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SettingsChangedError(Exception):
    """Somebody else changed the merchant's settings at the same moment; nothing was written."""


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

    def held(self, merchant_id: str) -> HeldSettings | None:
        """Read a merchant's settings likewise, with what is kept beside them."""
        item = self._read(settings_id(merchant_id))
        return held_settings(item) if item else None

    def forget(self, merchant_id: str) -> None:
        """Read a merchant's settings anew next time: somebody asks for those that are in force now."""
        self._remembered.pop(settings_id(merchant_id), None)

    def settings_at(self, merchant_id: str, version: int) -> MerchantSettings | None:
        """Read a merchant's settings of a version, in force or past; None when there never was one."""
        item = self._fetch(settings_id(merchant_id))
        if item and stored_settings(item["settings"]).version != version:
            item = self._fetch(settings_id(merchant_id, version))
        return stored_settings(item["settings"]) if item else None

    def versions(self, merchant_id: str) -> Iterator[HeldSettings]:
        """Read all settings of a merchant that were ever in force, the earliest first."""
        current = self._in_force(merchant_id)
        for version in range(1, current.settings.version if current else 0):
            if item := self._fetch(settings_id(merchant_id, version)):
                yield held_settings(item)
        if current:
            yield current

    def write(
        self,
        settings: MerchantSettings,
        note: VersionNote | None = None,
        *,
        over: int | None = None,
        promoted: Draft | None = None,
    ) -> MerchantSettings:
        """Put a merchant's settings in force under the next version; those there were are kept beside them.

        The outgoing settings are put aside first: a write that is cut short between the two leaves a copy of what is
        in force, and the next one puts the same copy there again.

        Args:
            settings: the settings.
            note: who puts them in force, and why.
            over: the version that they are to take the place of; None takes whichever is in force.
            promoted: the draft that they are, which is none any more then; any other draft stays.

        Returns:
            The settings as written, or, when they are in force already, as they are.

        Raises:
            SettingsChangedError: somebody else wrote meanwhile.
        """
        self.forget(settings.id)
        earlier = self._in_force(settings.id)
        if earlier is None:
            first = HeldSettings(msgspec.structs.replace(settings, version=1), note)
            self._replace(None, first)
            return first.settings
        if over not in {None, earlier.settings.version} or (promoted is not None and promoted != earlier.draft):
            raise SettingsChangedError(_changed(earlier))
        draft = None if promoted else earlier.draft
        if msgspec.structs.replace(settings, version=earlier.settings.version) == earlier.settings:
            if draft != earlier.draft:
                self._replace(earlier, HeldSettings(earlier.settings, earlier.note, draft))
            return earlier.settings
        following = HeldSettings(msgspec.structs.replace(settings, version=earlier.settings.version + 1), note, draft)
        aside = HeldSettings(earlier.settings, earlier.note)
        self._put(aside.item(settings_id(settings.id, earlier.settings.version)))
        self._replace(earlier, following)
        return following.settings

    def write_draft(self, merchant_id: str, draft: Draft | None) -> bool:
        """Put a draft beside the settings in force, in place of one that is there; None takes it away.

        Returns:
            Whether anything was written: False where there was no draft to take away.

        Raises:
            SettingsChangedError: somebody else wrote meanwhile, or there are no settings.
        """
        self.forget(merchant_id)
        held = self._in_force(merchant_id)
        if held is None:
            raise SettingsChangedError(f"merchant {merchant_id!r} has no settings any more")
        if held.draft == draft:
            return False
        self._replace(held, HeldSettings(held.settings, held.note, draft))
        return True

    def _in_force(self, merchant_id: str) -> HeldSettings | None:
        """Read what is in force now, past the memory."""
        item = self._fetch(settings_id(merchant_id))
        return held_settings(item) if item else None

    def _replace(self, earlier: HeldSettings | None, following: HeldSettings) -> None:
        """Write the item in force over the one that was read, if that is still there."""
        merchant_id = following.settings.id
        condition, values = f"attribute_not_exists({KEY})", {}
        if earlier is not None:
            condition, values = "settings.version = :earlier", {":earlier": earlier.settings.version}
            if earlier.draft:
                condition += " AND draft.note.#at = :draft"
                values[":draft"] = earlier.draft.number
            else:
                condition += " AND attribute_not_exists(draft)"
        more: dict[str, Any] = {"ExpressionAttributeValues": to_item(values)} if values else {}
        if ":draft" in values:
            more["ExpressionAttributeNames"] = {"#at": "at"}
        try:
            self._put(
                following.item(settings_id(merchant_id)),
                ConditionExpression=condition,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **more,
            )
        except ClientError as error:
            refused = from_item(refused_item(error) or {})
            found = held_settings(refused) if refused else None
            # The SDK sends a request again when its answer was lost: then it is this very write that is in the way.
            if found == following:
                return
            raise SettingsChangedError(_changed(found) if found else _gone(merchant_id)) from error

    def _put(self, item: dict[str, Any], **condition: Any) -> None:
        self._client.put_item(TableName=self._table, Item=to_item(item), **condition)

    def _read(self, item_id: str) -> dict[str, Any] | None:
        return remember(self._remembered, item_id, self._clock(), self._fetch)

    def _fetch(self, item_id: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=key_of(item_id), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None


def _changed(held: HeldSettings) -> str:
    note = held.note
    by = f", put there by {note.by} at {iso(note.at)}" if note else ""
    return (
        f"the settings of merchant {held.settings.id!r} were changed at the same moment: version "
        f"{held.settings.version} is in force{by}; look at them and try again"
    )


def _gone(merchant_id: str) -> str:
    return f"the settings of merchant {merchant_id!r} are gone; look at the merchant and try again"
