"""AWS's own refusals, in AWS's own words, where the emulator lets things pass: a module per service.

One more is a function that raises those words, and its row in `PRECONDITIONS` of its service.
"""

from typing import Final

from tapstack.providers.calls import unrecorded
from tapstack.providers.crud import Resource
from tapstack.providers.rules import apigateway, dynamodb, ec2, iam, lambda_, wafv2
from tapstack.providers.rules.precondition import Moment, Precondition

__all__ = ["PRECONDITIONS", "Moment", "Precondition", "require"]

PRECONDITIONS: Final = tuple(
    precondition for module in (apigateway, dynamodb, ec2, iam, lambda_, wafv2) for precondition in module.PRECONDITIONS
)
"""Where two are of one type, the first that does not hold is told."""


def require(moment: Moment, resource: Resource) -> None:
    """Refuse what AWS would not do at this moment.

    Raises:
        ProviderError: AWS's code and message.
    """
    for precondition in PRECONDITIONS:
        if precondition.token == resource.token and moment in precondition.moment:
            with unrecorded():
                precondition.check(resource)
