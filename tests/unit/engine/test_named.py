"""By what others can name a resource of a state."""

from typing import Any

import pytest

from tapstack.engine.named import names_of

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}


@pytest.mark.parametrize(
    ("item", "names"),
    [
        ({"id": "vpc-1", "outputs": {"arn": "arn:aws:ec2:::vpc/vpc-1"}}, {"vpc-1", "arn:aws:ec2:::vpc/vpc-1"}),
        ({"id": "q", "outputs": {"name": "tapstack-dev-alerts"}}, {"q", "tapstack-dev-alerts"}),
        ({"id": "q", "outputs": {"name": "alerts"}}, {"q"}),
        ({"id": "q", "outputs": {"arn": SECRET}}, {"q"}),
        ({"id": "", "outputs": None}, set()),
    ],
    ids=["id and ARN", "a name of the product's", "a name of anybody's", "a secret ARN", "not made yet"],
)
def test_a_resource_is_named_by_its_id_its_arn_and_a_name_of_the_product_s(item: Any, names: set[str]) -> None:
    assert names_of(item) == names
