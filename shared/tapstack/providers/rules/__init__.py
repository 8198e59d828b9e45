"""AWS's own refusals, in AWS's own words, where the emulator lets things pass: a module per service.

One more is a row in the `RULES` of its service, with the function that finds what breaks it, and in
`tests/support/rules` a resource that breaks it.
"""

from collections.abc import Mapping
from typing import Any, Final

from tapstack.providers.calls import unrecorded
from tapstack.providers.clients import ProviderError
from tapstack.providers.crud import Resource
from tapstack.providers.rules import (
    apigateway,
    cloudwatch,
    dynamodb,
    ec2,
    events,
    iam,
    kms,
    lambda_,
    logs,
    s3,
    secretsmanager,
    sns,
    sqs,
    wafv2,
)
from tapstack.providers.rules.constraints import require_shapes
from tapstack.providers.rules.rule import InputRule, Inputs, Moment, NotKnownYetError, Rule, StateRule, Words
from tapstack.providers.table import Row

__all__ = ["RULES", "InputRule", "Moment", "Rule", "StateRule", "require", "require_of_inputs"]

_MODULES: Final = (
    apigateway,
    cloudwatch,
    dynamodb,
    ec2,
    events,
    iam,
    kms,
    lambda_,
    logs,
    s3,
    secretsmanager,
    sns,
    sqs,
    wafv2,
)

RULES: Final[tuple[Rule, ...]] = tuple(rule for module in _MODULES for rule in module.RULES)
"""Where two are of one type, the first that is broken is told."""


def require_of_inputs(token: str, row: Row, inputs: Mapping[str, Any]) -> None:
    """Refuse what AWS would not take of the inputs alone; what is not known yet is not looked at.

    Raises:
        ProviderError: AWS's code and message.
    """
    require_shapes(token, row, inputs)
    known = Inputs(inputs)
    for rule in RULES:
        if isinstance(rule, InputRule) and token in rule.types and (words := _broken(rule, known)) is not None:
            raise ProviderError(rule.said(words))


def _broken(rule: InputRule, inputs: Inputs) -> Words | None:
    try:
        return next(iter(rule.check(inputs)), None)
    except NotKnownYetError:
        return None


def require(moment: Moment, resource: Resource) -> None:
    """Refuse what AWS would not do at this moment.

    Raises:
        ProviderError: AWS's code and message.
    """
    for rule in RULES:
        if isinstance(rule, StateRule) and resource.token in rule.types and moment in rule.moment:
            with unrecorded():
                broken = next(iter(rule.check(resource)), None)
            if broken is not None:
                raise ProviderError(rule.said(broken))
