"""Every operation on merchants, cut at each of its calls to AWS: the same command comes to the same end.

The judge is the emulator, which refuses what API Gateway refuses of keys and plans, and `halves`, which is given
something to find by tests of its own.
"""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from merchants.conftest import Office, settings
from merchants.faulty import Cut, CutError, How
from tapstack.cli.commands.merchant import command
from tapstack.console.errors import UserError
from tapstack.operate.merchants import halves, key_rotation, onboarding, removal, secret_rotation
from tapstack.operate.merchants.desk import Desk
from tapstack.operate.merchants.enrolments import ChangedMeanwhileError
from transactions.held_settings import Draft, VersionNote
from transactions.merchants import Merchants, SettingsChangedError

DAY = 86_400_000
Operation = Callable[[Office, Desk, str], Any]


def add(office: Office, desk: Desk, name: str) -> None:
    onboarding.add(desk, settings(name), "standard", office.hand)


def rotate_key(office: Office, desk: Desk, name: str) -> None:
    key_rotation.rotate_key(desk, name, None, 7 * DAY, None, office.hand)


def end_key_rotation(office: Office, desk: Desk, name: str) -> None:
    key_rotation.end_key_rotation(desk, name)


def rotate_secret(office: Office, desk: Desk, name: str) -> None:
    secret_rotation.rotate_secret(desk, name, office.hand)


def end_rotation(office: Office, desk: Desk, name: str) -> None:
    secret_rotation.end_rotation(desk, name)


def set_tier(office: Office, desk: Desk, name: str) -> None:
    key_rotation.set_tier(desk, name, "premium")


def remove(office: Office, desk: Desk, name: str) -> None:
    removal.remove(desk, name)


def written(desk: Desk, name: str, **changes: Any) -> None:
    """Change settings as `set`, `suspend` and `resume` do."""
    held = desk.merchants.settings(name)
    assert held
    desk.merchants.write(msgspec.structs.replace(held, **changes))


def set_(office: Office, desk: Desk, name: str) -> None:
    written(desk, name, webhook_url=None)


def suspend(office: Office, desk: Desk, name: str) -> None:
    written(desk, name, status="suspended")


def resume(office: Office, desk: Desk, name: str) -> None:
    written(desk, name, status="active")


def rollback(office: Office, desk: Desk, name: str) -> None:
    earlier = desk.merchants.settings_at(name, 1)
    assert earlier
    desk.merchants.write(earlier)


def draft(office: Office, desk: Desk, name: str) -> None:
    held = desk.merchants.settings(name)
    assert held
    desk.merchants.write_draft(name, Draft(msgspec.structs.replace(held, webhook_url=None), VersionNote("arn", 1)))


def promote(office: Office, desk: Desk, name: str) -> None:
    """Put a draft in force; where it was cut after that there is none any more, and the command says so."""
    held = desk.merchants.held(name)
    assert held
    if held.draft:
        desk.merchants.write(held.draft.settings, held.draft.note, promoted=held.draft)


OPERATIONS: dict[str, tuple[Operation, list[Operation]]] = {
    "add": (add, []),
    "rotate-key": (rotate_key, [add]),
    "end-key-rotation": (end_key_rotation, [add, rotate_key]),
    "rotate-secret": (rotate_secret, [add]),
    "end-rotation": (end_rotation, [add, rotate_secret]),
    "set-tier": (set_tier, [add, rotate_key]),
    "set": (set_, [add]),
    "suspend": (suspend, [add]),
    "resume": (resume, [add, suspend]),
    "draft": (draft, [add]),
    "promote": (promote, [add, draft]),
    "rollback": (rollback, [add, set_]),
    "remove": (remove, [add, rotate_key]),
}
"""Operation to what it is, and what came before it."""


def state_of(office: Office, name: str) -> dict[str, Any]:
    """Describe all there is of a merchant, on both sides, without what differs from one run to the next."""
    desk = office.desk()
    held = desk.enrolments.read(name)
    in_force = desk.merchants.settings(name)
    keys = held.keys if held else []
    table = office.client("dynamodb").scan(TableName=desk.table)["Items"]
    mine = [
        item["id"]["S"]
        for item in table
        if name in {item["id"]["S"].partition("#")[2], item.get("merchant_id", {}).get("S")}
    ]
    secret: dict[str, Any] = next((item for item in table if item["id"]["S"] == f"secret#{name}"), {})
    return {
        "state": held and (held.state, held.tier, held.change),
        "keys": [(key.label, key.tier, key.ends_at is None, desk.api_keys.tier_of(key.api_key_id)) for key in keys],
        "bound": [Merchants(desk.dynamodb, desk.table, office.at).of_key(value(desk, key)) == name for key in keys],
        "at API Gateway": sorted(label for merchant, label, _ in desk.api_keys.of_merchants() if merchant == name),
        "settings": in_force and (in_force.status, in_force.version, in_force.webhook_url),
        "draft": (beside := desk.merchants.held(name)) is not None and beside.draft is not None,
        "items": sorted(item.partition("#")[0] for item in mine),
        "secrets": sorted(secret.keys() - {"id"}),
    }


def value(desk: Desk, key: Any) -> str:
    found = desk.api_keys.value(key.api_key_id)
    assert found
    return found


def prepared(office: Office, name: str, before: list[Operation]) -> str:
    for operation in before:
        operation(office, office.desk(), name)
    office.handed.clear()
    return name


@pytest.mark.parametrize("how", ["before", "after", "twice"])
@pytest.mark.parametrize("named", OPERATIONS)
def test_cut_at_any_of_its_calls_the_same_command_comes_to_the_same_end(office: Office, named: str, how: How) -> None:
    operation, before = OPERATIONS[named]
    whole = Cut(-1, how)
    operation(office, office.desk(whole), prepared(office, "whole", before))
    expected, handed = state_of(office, "whole"), len(office.handed)
    assert whole.calls >= 2
    assert halves.find(office.desk()) == []

    for at in range(whole.calls):
        name = prepared(office, f"m{at}", before)
        cut = Cut(at, how)
        try:
            operation(office, office.desk(cut), name)
        except CutError:
            run_again(office, operation, name)
        found = state_of(office, name)
        assert found == expected, f"{how} call {at}"
        # Once, and where the command was cut after it printed once more: the same.
        assert len(office.handed) >= handed, f"{how} call {at}"
        assert len(set(map(str, office.handed))) == handed, f"{how} call {at}"
    assert halves.find(office.desk()) == []


def run_again(office: Office, operation: Operation, name: str) -> None:
    """Give a command again, as a person does who does not know whether it was done."""
    try:
        operation(office, office.desk(), name)
    except UserError as error:
        # It was cut after its last call: nothing is left to be done, and it says so.
        if not says_that_it_is_done(error):
            raise


def says_that_it_is_done(error: UserError) -> bool:
    return any(words in f"{error}" for words in ("is there already", "was removed", "two keys", "two live secrets"))


@pytest.mark.parametrize("how", ["before", "after"])
def test_what_is_half_added_can_be_taken_back_wherever_it_was_cut(office: Office, how: How) -> None:
    whole = Cut(-1, how)
    add(office, office.desk(whole), "whole")

    for at in range(whole.calls):
        with pytest.raises(CutError):
            add(office, office.desk(Cut(at, how)), "acme")
        held = office.desk().enrolments.read("acme")
        if held is None:
            continue
        kept = removal.remove(office.desk(), "acme")
        found = state_of(office, "acme")
        assert (found["keys"], found["at API Gateway"], found["secrets"]) == ([], [], [])
        if kept:
            # It could have submitted by then, so its id is taken.
            assert found["state"] == ("removed", "standard", None)
            return
        assert found["items"] == []
    pytest.fail("no cut left a merchant that could have submitted")


@pytest.mark.parametrize("named", OPERATIONS)
def test_of_two_operators_at_once_one_comes_to_the_end_and_the_other_is_told_or_too(office: Office, named: str) -> None:
    operation, before = OPERATIONS[named]
    whole = Cut(-1, "before")
    operation(office, office.desk(whole), prepared(office, "whole", before))
    expected, handed = state_of(office, "whole"), len(office.handed)

    for at in range(whole.calls):
        name = prepared(office, f"m{at}", before)

        def other(name: str = name) -> None:
            operation(office, office.desk(), name)

        try:
            operation(office, office.desk(Meanwhile(at, other)), name)
        except (ChangedMeanwhileError, SettingsChangedError):
            pass
        except UserError as error:
            if not says_that_it_is_done(error):
                raise
        found = state_of(office, name)
        assert found == expected, f"at call {at}"
        assert len(set(map(str, office.handed))) == handed, f"at call {at}"
    assert halves.find(office.desk()) == []


class Meanwhile(Cut):
    """Has somebody else do something before the call of a number."""

    def __init__(self, at: int, other: Callable[[], None]) -> None:
        super().__init__(at, "before")
        self._other = other

    def _around(self, call: Callable[[], Any]) -> Any:
        number, self.calls = self.calls, self.calls + 1
        if number == self._at:
            self._other()
        return call()


def test_every_command_that_changes_a_merchant_is_cut() -> None:
    looking = {"list", "show", "history", "diff", "compare"}
    # `adopt` has a table of its own, and `reconcile` mends step by step: test_adoption.py and test_halves.py.
    assert OPERATIONS.keys() == command.commands.keys() - looking - {"adopt", "reconcile"}
