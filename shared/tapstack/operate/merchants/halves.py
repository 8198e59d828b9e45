"""Halves and orphans: what is there of a merchant on one side alone, in the table or at API Gateway.

found                                              mended by
a key in no usage plan, in two, or in another's    its tier's plan
a key that is noted and gone from API Gateway      its binding and its note go; the merchant needs another key
a key whose binding is missing                     its binding, as it is noted
a key whose end is over                            it goes
a key at API Gateway that nobody has noted         it goes, unless it is being made
a binding that nobody has noted                    it goes
a merchant without settings, secret or key         a person: rotate-secret, rotate-key, set
an operation that has begun and is not done        whoever began it
settings without an enrolment                      adopt

One read of the table, one listing of the keys and one of each plan: it takes as long as there are merchants.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tapstack.operate.merchants.bindings import bind, unbind
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import Enrolment, Key
from tapstack.operate.register import Entry, read_register
from transactions.attributes import key_of
from transactions.clock import iso


@dataclass(frozen=True)
class Half:
    """Something that is not as it should be.

    Attributes:
        what: in words.
        merchant_id: whose; empty where it is nobody's.
        name: of the key or the item.
        mend: puts it right; None where that is for a person.
        next: what a person can do.
    """

    what: str
    merchant_id: str
    name: str
    mend: Callable[[], None] | None
    next: str = ""


@dataclass(frozen=True)
class Keys:
    """What API Gateway has, read once."""

    ids: frozenset[str]
    """Of all keys of the account in the region."""
    named: Mapping[str, tuple[str, str]]
    """API key id to merchant id and label, of the keys that are named as merchants' are."""
    tiers: Mapping[str, list[str]]
    """API key id to the tiers whose plans it is in."""


def find(desk: Desk, looked: Callable[[int], None] = lambda _: None) -> list[Half]:
    """Look at both sides.

    Args:
        desk: the environment's merchants.
        looked: hears how many items of the table were read, page by page.
    """
    # API Gateway first: what is made after that is noted in the table, which is read later, and is no orphan.
    keys = Keys(
        ids=frozenset(desk.api_keys.ids()),
        named={key_id: (merchant, label) for merchant, label, key_id in desk.api_keys.of_merchants()},
        tiers=desk.api_keys.members(),
    )
    register = read_register(desk.dynamodb, desk.table, looked)
    found = [half for merchant_id, entry in register.items() for half in _of_merchant(desk, merchant_id, entry, keys)]
    noted = {key.api_key_id for entry in register.values() if entry.enrolment for key in entry.enrolment.keys}
    for key_id, (merchant_id, label) in sorted(keys.named.items(), key=lambda item: item[1]):
        entry = register.get(merchant_id)
        if key_id not in noted and not _is_being_made(entry, label):
            mend = _deletion(desk, key_id)
            found.append(Half("a key without a merchant", merchant_id if entry else "", key_id, mend))
    return found


def _of_merchant(desk: Desk, merchant_id: str, entry: Entry, keys: Keys) -> Iterator[Half]:
    held = entry.enrolment
    if held is None:
        if entry.settings is not None:
            yield Half("a merchant kept as resources", merchant_id, merchant_id, None, desk.hint("adopt"))
            return
        for binding in sorted(entry.bindings):
            yield Half("a binding of nobody's", merchant_id, binding, _unbinding(desk, binding))
        return
    if held.change is not None:
        what = f"{held.change.operation} since {iso(held.change.began_at)}, not done"
        yield Half(what, merchant_id, merchant_id, None, desk.resume_hint(held))
        return
    for key in held.keys:
        yield from _of_key(desk, held, key, entry, keys)
    for binding in sorted(entry.bindings - {key.binding for key in held.keys}):
        yield Half("a binding that is not noted", merchant_id, binding, _unbinding(desk, binding))
    if held.state == "enrolled":
        yield from _missing(desk, held, entry)


def _of_key(desk: Desk, held: Enrolment, key: Key, entry: Entry, keys: Keys) -> Iterator[Half]:
    name, merchant_id = key.label, held.merchant_id
    if key.api_key_id not in keys.ids:
        yield Half("a key that is gone", merchant_id, name, _forgetting(desk, held, key))
        return
    if key.ends_at is not None and key.ends_at <= desk.clock() and len(held.keys) > 1:
        yield Half("a key whose end is over", merchant_id, name, _ending(desk, held, key))
        return
    if (tiers := keys.tiers.get(key.api_key_id, [])) != [key.tier]:
        what = f"a key in {' and '.join(tiers) or 'no usage plan'}, not in {key.tier}"
        yield Half(what, merchant_id, name, _placing(desk, key))
    if key.binding not in entry.bindings:
        yield Half("a key that is not bound", merchant_id, name, _binding(desk, held, key))


def _missing(desk: Desk, held: Enrolment, entry: Entry) -> Iterator[Half]:
    merchant_id = held.merchant_id
    if not held.keys:
        yield Half("a merchant without a key", merchant_id, merchant_id, None, desk.hint("rotate-key", merchant_id))
    if not entry.has_secret:
        how = desk.hint("rotate-secret", merchant_id)
        yield Half("a merchant without a webhook secret", merchant_id, merchant_id, None, how)
    if entry.settings is None:
        yield Half("a merchant without settings", merchant_id, merchant_id, None, desk.hint("set", "FILE"))


def _is_being_made(entry: Entry | None, label: str) -> bool:
    change = entry.enrolment.change if entry and entry.enrolment else None
    return change is not None and (change.operation != "rotate-key" or change.about == label)


def _deletion(desk: Desk, key_id: str) -> Callable[[], None]:
    return lambda: desk.api_keys.delete(key_id)


def _placing(desk: Desk, key: Key) -> Callable[[], None]:
    return lambda: desk.api_keys.place(key.api_key_id, key.tier)


def _binding(desk: Desk, held: Enrolment, key: Key) -> Callable[[], None]:
    def mend() -> None:
        now = desk.idle(held.merchant_id)
        desk.enrolments.save(now, *(bind(held.merchant_id, each) for each in now.keys if each == key))

    return mend


def _forgetting(desk: Desk, held: Enrolment, key: Key) -> Callable[[], None]:
    def mend() -> None:
        now = desk.idle(held.merchant_id)
        desk.enrolments.save(now, unbind(key), keys=[other for other in now.keys if other != key])

    return mend


def _ending(desk: Desk, held: Enrolment, key: Key) -> Callable[[], None]:
    forget = _forgetting(desk, held, key)

    def mend() -> None:
        desk.api_keys.delete(key.api_key_id)
        forget()

    return mend


def _unbinding(desk: Desk, binding: str) -> Callable[[], None]:
    def mend() -> None:
        desk.dynamodb.delete_item(TableName=desk.table, Key=key_of(binding))

    return mend
