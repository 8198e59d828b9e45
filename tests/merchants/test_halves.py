"""Halves and orphans, on both sides, are found and mended; what is whole or under way is left alone."""

from collections.abc import Callable
from typing import Any

import pytest

from merchants.conftest import Office, settings
from merchants.faulty import Cut, CutError
from tapstack.console.errors import UserError
from tapstack.operate.merchants import halves, key_rotation, onboarding
from transactions.attributes import key_of, to_item


def added(office: Office, name: str = "acme") -> Any:
    onboarding.add(office.desk(), settings(name), "standard", office.hand)
    held = office.desk().enrolments.read(name)
    assert held
    return held


def take_out_of_its_plan(office: Office, held: Any) -> None:
    office.client("apigateway").delete_usage_plan_key(
        usagePlanId=office.plans["standard"], keyId=held.keys[0].api_key_id
    )


def put_into_another_plan(office: Office, held: Any) -> None:
    take_out_of_its_plan(office, held)
    office.client("apigateway").create_usage_plan_key(
        usagePlanId=office.plans["premium"], keyId=held.keys[0].api_key_id, keyType="API_KEY"
    )


def delete_the_key(office: Office, held: Any) -> None:
    office.client("apigateway").delete_api_key(apiKey=held.keys[0].api_key_id)


def unbind_the_key(office: Office, held: Any) -> None:
    office.client("dynamodb").delete_item(TableName=office.desk().table, Key=key_of(held.keys[0].binding))


def bind_another_key(office: Office, held: Any) -> None:
    item = to_item({"id": "key#0000", "merchant_id": held.merchant_id})
    office.client("dynamodb").put_item(TableName=office.desk().table, Item=item)


def bind_a_key_to_nobody(office: Office, held: Any) -> None:
    item = to_item({"id": "key#0000", "merchant_id": "nobody"})
    office.client("dynamodb").put_item(TableName=office.desk().table, Item=item)


def make_a_key_of_nobody(office: Office, held: Any) -> None:
    name = office.desk().api_keys.name("nobody", "key-1")
    office.client("apigateway").create_api_key(name=name, value=f"{office.environment}n".ljust(40, "x"), enabled=True)


def make_another_key_of_the_merchant(office: Office, held: Any) -> None:
    name = office.desk().api_keys.name(held.merchant_id, "key-9")
    office.client("apigateway").create_api_key(name=name, value=f"{office.environment}o".ljust(40, "x"), enabled=True)


@pytest.mark.parametrize(
    ("break_", "what"),
    [
        (take_out_of_its_plan, ["a key in no usage plan, not in standard"]),
        (put_into_another_plan, ["a key in premium, not in standard"]),
        (unbind_the_key, ["a key that is not bound"]),
        (bind_another_key, ["a binding that is not noted"]),
        (bind_a_key_to_nobody, ["a binding of nobody's"]),
        (make_a_key_of_nobody, ["a key without a merchant"]),
        (make_another_key_of_the_merchant, ["a key without a merchant"]),
    ],
)
def test_what_is_half_there_is_found_and_mended(
    office: Office, break_: Callable[[Office, Any], None], what: list[str]
) -> None:
    held = added(office)
    assert halves.find(office.desk()) == []

    break_(office, held)
    found = halves.find(office.desk())

    assert [half.what for half in found] == what
    for half in found:
        assert half.mend
        half.mend()
    assert halves.find(office.desk()) == []
    assert office.desk().merchants.of_key(office.handed[0].api_key) == "acme"
    assert office.desk().api_keys.tier_of(held.keys[0].api_key_id) == "standard"


def test_a_merchant_whose_key_is_gone_is_forgotten_it_and_told_to_need_another(office: Office) -> None:
    delete_the_key(office, added(office))
    (gone,) = halves.find(office.desk())
    assert (gone.what, gone.name) == ("a key that is gone", "key-1")
    assert gone.mend

    gone.mend()
    (keyless,) = halves.find(office.desk())

    assert (keyless.what, keyless.mend) == ("a merchant without a key", None)
    assert keyless.next.endswith("merchant rotate-key acme")
    key_rotation.rotate_key(office.desk(), "acme", None, 1_000, None, office.hand)
    assert halves.find(office.desk()) == []


def test_a_key_whose_end_is_over_goes(office: Office) -> None:
    added(office)
    key_rotation.rotate_key(office.desk(), "acme", None, 0, None, office.hand)

    (over,) = halves.find(office.desk())
    assert (over.what, over.name) == ("a key whose end is over", "key-1")
    assert over.mend
    over.mend()

    assert halves.find(office.desk()) == []
    held = office.desk().enrolments.read("acme")
    assert held
    assert [key.label for key in held.keys] == ["key-2"]


def test_what_is_under_way_is_told_with_the_command_that_goes_on_and_nothing_of_it_is_taken_for_lost(
    office: Office,
) -> None:
    whole = Cut(-1, "before")
    onboarding.add(office.desk(whole), settings("whole"), "standard", office.hand)
    for at in range(whole.calls):
        name = f"m{at}"
        with pytest.raises(CutError):
            onboarding.add(office.desk(Cut(at, "before")), settings(name), "standard", office.hand)

        found = halves.find(office.desk())

        assert {half.what.partition(" ")[0] for half in found} <= {"add"}
        assert all(half.next.endswith("merchant add FILE --tier standard") for half in found)


def test_others_keys_are_left_alone(office: Office) -> None:
    added(office)
    value = f"{office.environment}p".ljust(40, "x")
    office.client("apigateway").create_api_key(name="tapstack-elsewhere-merchant.acme.key-1", value=value, enabled=True)

    assert halves.find(office.desk()) == []


def test_a_value_that_is_somebody_else_s_key_is_given_to_nobody(office: Office) -> None:
    value = f"{office.environment}v".ljust(40, "x")
    office.client("apigateway").create_api_key(name="somebody-else-s", value=value, enabled=True)

    with pytest.raises(UserError, match="API Gateway has a key of the same value under another name than "):
        office.desk().api_keys.ensure("acme", "key-1", value)
    assert office.desk().api_keys.ids_of("acme") == set()
