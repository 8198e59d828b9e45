"""What API Gateway refuses: in the order in which an API is made."""

from typing import Final

from tapstack.providers.rules.apigateway import methods, resources, stages, usage

RULES: Final = (
    *resources.RULES,
    *methods.RULES,
    *stages.RULES,
    *usage.RULES,
)
