"""The desk: all that operations on merchants work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapstack.console.errors import UserError
from tapstack.console.hints import command
from tapstack.console.words import nearest, quoted
from tapstack.operate.merchants.api_keys import ApiKeys
from tapstack.operate.merchants.enrolments import Change, Enrolment, Enrolments, Operation
from tapstack.operate.merchants.hand_over import Encryption
from tapstack.operate.register import merchant_ids
from tapstack.operate.settings_file import ID_FORM, is_merchant_id
from transactions.clock import Clock, iso
from transactions.merchants import Merchants

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Desk:
    """An environment's merchants.

    Attributes:
        dynamodb: DynamoDB.
        table: the merchants table's name.
        merchants: the settings in it.
        enrolments: the enrolments in it.
        api_keys: the keys at API Gateway.
        encryption: the customer key.
        tiers: the tiers that have a usage plan.
        stack: the environment's, for the commands that messages name.
        clock: tells now.
        caller: tells whose credentials are worked with: an ARN.
    """

    dynamodb: "DynamoDBClient"
    table: str
    merchants: Merchants
    enrolments: Enrolments
    api_keys: ApiKeys
    encryption: Encryption
    tiers: tuple[str, ...]
    stack: str
    clock: Clock
    caller: Callable[[], str]

    def enrolment(self, merchant_id: str) -> Enrolment:
        """Read the enrolment of a merchant that is there, for the operations that need one.

        Raises:
            UserError: there is no such merchant, it was removed, or it is not all there yet.
        """
        # No key of the table is called as nobody can be.
        held = self.enrolments.read(merchant_id) if is_merchant_id(merchant_id) else None
        if held is None:
            raise UserError(self._unknown(merchant_id))
        if held.state == "adding":
            raise UserError(
                f"merchant {merchant_id!r} is only half added; go on with the same file: {self.hint('add', 'FILE')}; "
                f"or take it back: {self.hint('remove', merchant_id)}"
            )
        if held.state != "enrolled":
            raise UserError(self.gone(held))
        return held

    def idle(self, merchant_id: str) -> Enrolment:
        """Read the enrolment of a merchant with which nothing is under way.

        Raises:
            UserError: likewise, or something is.
        """
        held = self.enrolment(merchant_id)
        if held.change is not None:
            raise self._under_way(held, held.change)
        return held

    def free(self, merchant_id: str, operation: Operation, about: str | None = None) -> Enrolment:
        """Read the enrolment of a merchant with which nothing else is under way than the operation itself.

        Args:
            merchant_id: whose.
            operation: what is to be done.
            about: what must be the same for it to be gone on with; None takes whatever it is.

        Raises:
            UserError: likewise, or something else is under way.
        """
        held = self.enrolment(merchant_id)
        change = held.change
        if change is not None and (change.operation != operation or about not in {None, change.about}):
            raise self._under_way(held, change)
        return held

    def _under_way(self, held: Enrolment, change: Change) -> UserError:
        return UserError(
            f"{change.operation} of merchant {held.merchant_id!r} began at {iso(change.began_at)} and is not done; "
            f"give that command again first: {self.resume_hint(held)}"
        )

    def resume_hint(self, held: Enrolment) -> str:
        """Give the command that goes on with what is under way."""
        if held.change is None:
            raise ValueError(f"nothing is under way with {held.merchant_id}")
        more = {
            "rotate-key": (held.merchant_id, "--label", held.change.about),
            "set-tier": (held.merchant_id, held.tier),
            "add": ("FILE", "--tier", held.tier),
        }.get(held.change.operation, (held.merchant_id,))
        return self.hint(held.change.operation, *more)

    def hint(self, action: str, *arguments: str) -> str:
        """Give a command on merchants."""
        return command("merchant", action, *arguments, stack=self.stack)

    def check_tier(self, tier: str) -> None:
        """See that there is a tier.

        Raises:
            UserError: there is none of the name.
        """
        if tier not in self.tiers:
            near = nearest(tier, self.tiers)
            told = f"did you mean {near!r}?" if near else f"the tiers are {', '.join(self.tiers)}"
            raise UserError(f"there is no tier {quoted(tier)}; {told}")

    def gone(self, held: Enrolment) -> str:
        """Say that a merchant was removed, or is being removed."""
        if held.state == "removing":
            how = self.hint("remove", held.merchant_id)
            return f"merchant {held.merchant_id!r} is being removed; give that command again: {how}"
        return (
            f"merchant {held.merchant_id!r} was removed at {iso(held.removed_at or 0)}; its transactions and the "
            "settings they were decided by are kept under its id, so the id is not used again: take another"
        )

    def _unknown(self, merchant_id: str) -> str:
        told = f"there is no merchant {quoted(merchant_id)}"
        if not is_merchant_id(merchant_id):
            return f"{told}; {ID_FORM}"
        known = merchant_ids(self.dynamodb, self.table)
        if merchant_id in known:
            how = self.hint("adopt")
            return f"merchant {merchant_id!r} is one of an earlier release, kept as resources; take it over: {how}"
        if near := nearest(merchant_id, sorted(known)):
            return f"{told}; did you mean {near!r}?"
        return f"{told}; add it: {self.hint('add', 'FILE')}"
