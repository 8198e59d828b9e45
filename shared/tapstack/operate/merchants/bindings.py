"""What the merchants table tells the validator of an API key: whose it is, and from when on it is refused."""

from tapstack.operate.merchants.enrolments import Key, Write, delete, put
from transactions.agreed.tables import API_KEY_ENDS_AT, API_KEY_MERCHANT, KEY


def bind(merchant_id: str, key: Key) -> Write:
    """Write a key's binding: for the validator the merchant and the end, for operators whatever else is known."""
    end = {} if key.ends_at is None else {API_KEY_ENDS_AT: key.ends_at}
    about = {"label": key.label, "api_key_id": key.api_key_id, "made_at": key.made_at}
    return put({KEY: key.binding, API_KEY_MERCHANT: merchant_id, **about, **end})


def unbind(key: Key) -> Write:
    """Delete a key's binding."""
    return delete(key.binding)
