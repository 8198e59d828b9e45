"""The environment variables of each function: its program sets these and no others, and its handler reads them all.

Each function has those of its own and those of its log.

A field is a variable, spelt in capitals. The values of a program may come from resources, those of a handler are texts:

    ValidatorEnvironment(merchants_table=data.merchants_table_name, …).variables()    the program
    ValidatorEnvironment.of(os.environ).merchants_table                               the handler
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Generic, Self, TypeVar

_Value = TypeVar("_Value")

TRUE: Final = "true"
FALSE: Final = "false"


@dataclass(frozen=True, kw_only=True)
class Environment(Generic[_Value]):
    """Variables of a function."""

    @classmethod
    def of(cls, variables: Mapping[str, _Value]) -> Self:
        """Read the variables, and leave others beside them alone.

        Raises:
            KeyError: one is not there; it names it.
        """
        return cls(**{field.name: variables[field.name.upper()] for field in fields(cls)})

    def variables(self) -> dict[str, _Value]:
        """Give name to value, as Lambda takes them."""
        return {field.name.upper(): getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class LogEnvironment(Environment[_Value]):
    """What every function writes its logs and metrics with."""

    service: _Value
    """The function's name, such as `fraud-detector`: in each line of its log, and the dimension of its metrics."""
    log_level: _Value
    """The least severe level that is written."""


@dataclass(frozen=True, kw_only=True)
class ValidatorEnvironment(Environment[_Value]):
    """What the validator works on."""

    merchants_table: _Value
    transactions_table: _Value
    deliveries_table: _Value
    notifications_queue_url: _Value
    list_for_earlier_versions: _Value
    """`TRUE` where new transactions are also listed where versions before the list index look, else `FALSE`."""


@dataclass(frozen=True, kw_only=True)
class FraudDetectorEnvironment(Environment[_Value]):
    """What the fraud-detector works on."""

    merchants_table: _Value
    transactions_table: _Value
    velocity_table: _Value
    notifications_queue_url: _Value
    test_tokens: _Value
    """`TRUE` where test tokens force outcomes, else `FALSE`."""


@dataclass(frozen=True, kw_only=True)
class NotifierEnvironment(Environment[_Value]):
    """What the notifier works on."""

    merchants_table: _Value
    transactions_table: _Value
    deliveries_table: _Value
    notifications_queue_url: _Value
    notifications_dead_letter_queue_url: _Value
    alerts_topic_arn: _Value
    webhook_allow_private_targets: _Value
    """`TRUE` where webhooks may go to http and to private addresses, else `FALSE`."""
