"""The account that an operator's command works on, and what AWS and the domain say no to, told in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from tapstack.cli import environments
from tapstack.console.errors import UserError
from tapstack.operate.account import Account
from tapstack.operate.merchants.enrolments import ChangedMeanwhileError
from transactions.errors import InvalidSettingsError, UnavailableError
from transactions.merchants import SettingsChangedError


@contextmanager
def account_of(stack: str) -> Iterator[Account]:
    """Work on the account of a stack during a `with` block.

    Raises:
        UserError: it is not there, or AWS or the domain has refused something in the block.
    """
    try:
        yield Account(environments.environment_named(stack))
    except ChangedMeanwhileError as error:
        raise UserError(
            "the merchant was changed by somebody else at the same moment; look at it, and give the command again"
        ) from error
    except UnavailableError as error:
        raise UserError("DynamoDB has left reads for later too often; give the command again") from error
    except (InvalidSettingsError, SettingsChangedError, BotoCoreError, ClientError) as error:
        raise UserError(f"{error}") from error
