"""Values become the attributes that the SDK's own serializer makes of them, and come back as they were."""

from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from transactions.attributes import from_item, to_item

PLAIN = st.none() | st.booleans() | st.text() | st.binary() | st.integers(-(10**37), 10**37)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(st.dictionaries(st.text(), VALUES))
def test_values_are_typed_as_the_sdk_types_them_and_come_back(values: dict[str, Any]) -> None:
    serializer = TypeSerializer()

    item = to_item(values)

    assert item == {name: serializer.serialize(value) for name, value in values.items()}
    assert from_item(item) == values


@pytest.mark.parametrize("value", [1.5, {"a"}, object(), ("a",)])
def test_a_value_that_no_table_keeps_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="is not kept in a table"):
        to_item({"it": [value]})


@pytest.mark.parametrize("attribute", [{"SS": ["a"]}, {"X": "a"}, {}, {"S": "a", "N": "1"}, {"N": "1.5"}, {"N": "one"}])
def test_an_attribute_that_is_none_of_ours_is_refused(attribute: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        from_item({"it": attribute})
