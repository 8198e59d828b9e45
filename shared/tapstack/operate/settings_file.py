"""A file of merchants' settings: one JSON object, or an array of them."""

from typing import Any, Final, get_type_hints

import msgspec

from tapstack.console.errors import UserError
from tapstack.console.sources import read_source, source_name
from tapstack.console.words import quoted, unknown
from transactions import strict_json
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.errors import InvalidSettingsError
from transactions.settings import MerchantSettings
from transactions.settings_document import parse_settings
from transactions.webhooks.targets import PrivateTargetError

ID_FORM: Final = (
    "an id is 2 to 32 of the characters a to z, 0 to 9 and -, and begins with a letter; "
    f"{PROBE_MERCHANT} is the environment's own"
)

Document = dict[str, Any]

_SETTINGS: Final = get_type_hints(MerchantSettings, include_extras=True)


def is_merchant_id(text: object) -> bool:
    """Tell whether a merchant could be called so; the id of the environment's own probe is no merchant's."""
    if text == PROBE_MERCHANT:
        return False
    try:
        msgspec.convert(text, _SETTINGS["id"])
    except msgspec.ValidationError:
        return False
    return True


def read_documents(source: str) -> list[Document]:
    """Read a file, or stdin for `-`.

    Raises:
        UserError: it cannot be read, or holds something else; the message names it.
    """
    name = source_name(source)
    data = read_source(source, "a JSON file")
    try:
        value = strict_json.load(data)
    except ValueError as error:
        raise UserError(f"{name} holds no settings: {error}; write one JSON object per merchant") from error
    documents = value if isinstance(value, list) else [value]
    if not documents or not all(isinstance(document, dict) for document in documents):
        raise UserError(f"{name} holds no settings; write one JSON object, or an array of them")
    ids = [document.get("id") for document in documents]
    for repeated in (merchant for place, merchant in enumerate(ids) if merchant in ids[:place]):
        raise UserError(f"{name} holds the settings of merchant {repeated!r} twice; leave one of them")
    return documents


def checked(document: Document, *, allow_private: bool) -> MerchantSettings:
    """Check a merchant's settings.

    Args:
        document: as it was written.
        allow_private: whether the notifier calls http and private addresses.

    Raises:
        InvalidSettingsError: names the merchant, the setting and what is wrong with it.
        UserError: the notifier would refuse the webhooks' target, or a setting is none that there is.
    """
    named = document.get("id")
    if not is_merchant_id(named):
        told = f"a merchant {quoted(f'{named}')}" if "id" in document else "no merchant: id is missing"
        raise UserError(f"settings of {told}; {ID_FORM}")
    for name in document.keys() - _SETTINGS.keys():
        raise UserError(f"settings of merchant {named!r}: {unknown('setting', name, _SETTINGS)}")
    try:
        return parse_settings(document, allow_private=allow_private)
    except InvalidSettingsError as error:
        if isinstance(error.__cause__, PrivateTargetError):
            raise UserError(
                f"{error}; the notifier calls it only where the compute layer's setting webhookAllowPrivateTargets is "
                "true"
            ) from error
        raise
