"""What IAM refuses."""

from typing import Final

from tapstack.providers.rules.iam import documents, entities

RULES: Final = (
    *documents.RULES,
    *entities.RULES,
)
