"""The types of what crosses a layer's border: texts, lists and maps whose shape is known.

A producer says with `of` what an output is, a consumer gets it made. Either way a value of another shape is refused
where it crosses, and not by AWS three layers later.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from pulumi import Input, Output

from transactions.product import PRODUCT

_T = TypeVar("_T", bound="Text")


class Shaped:
    """What the three kinds of types have in common.

    Attributes:
        MEANING: what a value is, to finish the sentence "it is not …".
        EXAMPLE: a value of this shape.
        IS_SECRET: an error does not repeat the value.
    """

    MEANING: ClassVar[str]
    EXAMPLE: ClassVar[Any]
    IS_SECRET: ClassVar[bool] = False

    @classmethod
    def shape(cls) -> str:
        """Describe which values there are of this type: two types of one shape are the same to whoever reads them."""
        raise NotImplementedError

    @classmethod
    def parse(cls, value: object) -> Self:
        """Take a value as this type.

        Raises:
            ValueError: it has another shape.
        """
        raise NotImplementedError

    @classmethod
    def of(cls, value: Input[Any]) -> Output[Self]:
        """Say that an output is of this type; it is held to that where a contract exports it."""
        said: Output[Self] = Output.from_input(value)
        return said

    @classmethod
    def refusal(cls, value: object, *, is_secret: bool = False) -> str:
        """Say that a value has another shape, without repeating a secret."""
        return f"{'this secret' if is_secret or cls.IS_SECRET else repr(value)} is not {cls.MEANING}"


class Text(Shaped, str):
    """A text; each subclass says of what shape."""

    __slots__ = ()

    SHAPE: ClassVar[str] = ".+"
    MEANING = "a text"
    EXAMPLE = "text"

    @classmethod
    def shape(cls) -> str:
        """Give the pattern of its texts."""
        return f"text {cls.SHAPE}"

    @classmethod
    def parse(cls, value: object) -> Self:
        """Take a text as this type.

        Raises:
            ValueError: it has another shape.
        """
        if isinstance(value, str) and re.fullmatch(cls.SHAPE, value):
            return cls(value)
        raise ValueError(cls.refusal(value))


class Arn(Text):
    """An ARN, of any service."""

    SHAPE = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|[a-z]*):.+"
    MEANING = "an ARN"
    EXAMPLE = "arn:aws:sqs:eu-central-1:123456789012:example"


class Name(Text):
    """A resource's name, as its service takes it."""

    SHAPE = r"[A-Za-z0-9_.$/-]{1,512}"
    MEANING = "a resource's name"
    EXAMPLE = f"{PRODUCT}-dev-example"


class Url(Text):
    """An http or https URL without white space."""

    SHAPE = r"https?://\S+"
    MEANING = "an http or https URL"
    EXAMPLE = "https://example.com/example"


class VpcId(Text):
    """A VPC's id."""

    SHAPE = "vpc-[0-9a-f]+"
    MEANING = "a VPC's id"
    EXAMPLE = "vpc-0123456789abcdef0"


class SubnetId(Text):
    """A subnet's id."""

    SHAPE = "subnet-[0-9a-f]+"
    MEANING = "a subnet's id"
    EXAMPLE = "subnet-0123456789abcdef0"


class SecurityGroupId(Text):
    """A security group's id."""

    SHAPE = "sg-[0-9a-f]+"
    MEANING = "a security group's id"
    EXAMPLE = "sg-0123456789abcdef0"


class IpAddress(Text):
    """An IPv4 address."""

    SHAPE = r"\d{1,3}(\.\d{1,3}){3}"
    MEANING = "an IPv4 address"
    EXAMPLE = "203.0.113.1"


class ApiKey(Text):
    """The value of an API key."""

    SHAPE = r"\S{20,128}"
    MEANING = "an API key of 20 to 128 characters"
    EXAMPLE = "an-api-key-for-examples"
    IS_SECRET = True


class ListOf(Shaped, list[_T]):
    """A list; each subclass says of what."""

    ITEM: ClassVar[type[Text]]

    def __init_subclass__(cls, *, item: type[Text]) -> None:
        cls.ITEM = item
        cls.MEANING = f"a list, each item {item.MEANING}"
        cls.EXAMPLE = [item.EXAMPLE]
        cls.IS_SECRET = item.IS_SECRET

    @classmethod
    def shape(cls) -> str:
        """Give the shape of its items."""
        return f"list of {cls.ITEM.shape()}"

    @classmethod
    def parse(cls, value: object) -> Self:
        """Take a list as this type.

        Raises:
            ValueError: it is none, or an item has another shape.
        """
        if not isinstance(value, list):
            raise ValueError(cls.refusal(value))  # noqa: TRY004 - one error for every wrong shape
        return cls(cls.ITEM.parse(item) for item in value)


class ByName(Shaped, dict[str, _T]):
    """A map from names to values; each subclass says which."""

    ITEM: ClassVar[type[Text]]

    def __init_subclass__(cls, *, item: type[Text]) -> None:
        cls.ITEM = item
        cls.MEANING = f"a map from names, each value {item.MEANING}"
        cls.EXAMPLE = {"acme": item.EXAMPLE}
        cls.IS_SECRET = item.IS_SECRET

    @classmethod
    def shape(cls) -> str:
        """Give the shape of its values."""
        return f"map to {cls.ITEM.shape()}"

    @classmethod
    def parse(cls, value: object) -> Self:
        """Take a map as this type.

        Raises:
            ValueError: it is none, or a value has another shape.
        """
        if not isinstance(value, Mapping):
            raise ValueError(cls.refusal(value))  # noqa: TRY004 - one error for every wrong shape
        return cls({str(name): cls.ITEM.parse(item) for name, item in value.items()})


class SubnetIds(ListOf[SubnetId], item=SubnetId):
    """Subnets, one per zone."""


class IpAddresses(ListOf[IpAddress], item=IpAddress):
    """Public IPv4 addresses."""


class NamesByTier(ByName[Name], item=Name):
    """Tier of merchants to a name or an id."""
