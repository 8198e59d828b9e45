"""What a resource is for, by the AWS service it belongs to, and the colour that says so."""

from enum import Enum
from typing import Final


class Category(Enum):
    """A kind of purpose; the value is its colour."""

    NETWORK = "#8b6cf6"
    DATABASE = "#4f8ff7"
    MESSAGES = "#f0569b"
    COMPUTE = "#f58a2c"
    API = "#18b8a6"
    SECURITY = "#ef5350"
    OBSERVABILITY = "#7cb342"
    OTHER = "#8a94a6"

    @property
    def label(self) -> str:
        """Its name, as the picture's legend has it."""
        return self.name.lower()


_SERVICES: Final = {
    "apigateway": Category.API,
    "cloudwatch": Category.OBSERVABILITY,
    "dynamodb": Category.DATABASE,
    "ec2": Category.NETWORK,
    "iam": Category.SECURITY,
    "kms": Category.SECURITY,
    "lambda": Category.COMPUTE,
    "secretsmanager": Category.SECURITY,
    "sns": Category.MESSAGES,
    "sqs": Category.MESSAGES,
    "vpc": Category.NETWORK,
    "wafv2": Category.SECURITY,
}
_ACCESSORIES: Final = frozenset({"cloudwatch", "iam", "random"})


def category_of(service: str) -> Category:
    """Give the category of a service, as type tokens name it; `OTHER` for one that has none."""
    return _SERVICES.get(service, Category.OTHER)


def is_accessory(service: str) -> bool:
    """Tell whether a service's resources mostly serve another: a function's role and log group."""
    return service in _ACCESSORIES
