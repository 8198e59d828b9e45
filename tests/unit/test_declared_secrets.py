"""A contract's secrets are secret from where they are declared."""

import pytest
from pulumi import Output

from tapstack.contracts.contract import Contract, output
from tapstack.contracts.types import ByName, Name, Text
from tapstack.program.errors import ContractError


class ApiKey(Text):
    """A type that is a secret."""

    MEANING = "an API key"
    IS_SECRET = True


class ApiKeysByMerchant(ByName[ApiKey], item=ApiKey):
    """Several of them."""


def test_a_secret_that_is_a_plain_value_is_refused() -> None:
    with pytest.raises(ContractError) as refused:

        class Refused(Contract, layer="network", version=1):
            key: Name = output(secret=True)

    assert f"{refused.value}" == (
        "network.key in shared/tapstack/contracts/network.py is secret, and a plain value cannot stay one: the "
        "reader's program would put it into its own state in the clear; make it an Output[...]"
    )


def test_a_field_whose_type_is_a_secret_has_to_be_declared_as_one() -> None:
    with pytest.raises(ContractError, match=r"network\.keys in .* of type ApiKeysByMerchant, which is a secret, and"):

        class Refused(Contract, layer="network", version=1):
            keys: Output[ApiKeysByMerchant] = output()


def test_a_secret_output_is_taken() -> None:
    class Taken(Contract, layer="network", version=1):
        key: Output[ApiKey] = output(secret=True)

    assert Taken.schema()["key"].secret
