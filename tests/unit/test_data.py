"""The data layer on Pulumi's mocks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from transactions.agreed.webhooks import DELIVERY_ATTEMPTS

RunLayer = Callable[..., Any]


def test_it_exports_its_contract_and_nothing_else(run_layer: RunLayer, promised: Callable[[str], set[str]]) -> None:
    assert run_layer("data").outputs.keys() == promised("data")


def test_the_key_is_rotated(run_layer: RunLayer) -> None:
    assert run_layer("data").one("Key")["enableKeyRotation"] is True


@pytest.mark.parametrize("protected", [True, False])
def test_every_table_is_encrypted_recoverable_and_protected_by_setting(run_layer: RunLayer, protected: bool) -> None:  # noqa: FBT001
    program = run_layer("data", {"deletionProtection": protected})

    tables = [item.inputs for item in program.all("Table")]
    assert len(tables) == 4
    for table in tables:
        assert table["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": program.outputs["key_arn"]}
        assert table["pointInTimeRecovery"] == {"enabled": True}
        assert table["deletionProtectionEnabled"] is protected


def test_transactions_are_streamed_and_listed_and_velocity_forgets(run_layer: RunLayer) -> None:
    program = run_layer("data")

    assert program.one("Table", "transactions")["streamViewType"] == "NEW_IMAGE"
    assert [each["name"] for each in program.one("Table", "transactions")["globalSecondaryIndexes"]] == [
        "list-index",
        "merchant-index",
        "reviews-index",
        "merchant-reviews-index",
    ]
    assert program.one("Table", "velocity")["ttl"] == {"enabled": True, "attributeName": "expires_at"}
    assert "ttl" not in program.one("Table", "transactions")


def test_what_cannot_be_delivered_ends_in_the_dead_letter_queue(run_layer: RunLayer) -> None:
    redrive = json.loads(run_layer("data").one("Queue", "notifications")["redrivePolicy"])

    assert redrive["deadLetterTargetArn"].endswith(":notifications-dead-letters")
    # The notifier writes the dead letter itself, with the reason, before the queue would.
    assert redrive["maxReceiveCount"] > DELIVERY_ATTEMPTS


def test_queues_refuse_plain_http(run_layer: RunLayer) -> None:
    policies = [json.loads(item.inputs["policy"]) for item in run_layer("data").all("QueuePolicy")]

    assert len(policies) == 3
    assert all(policy["Statement"][0]["Effect"] == "Deny" for policy in policies)
    assert all(policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for policy in policies)


def test_what_people_enter_may_hold_an_environment_s_name(run_layer: RunLayer) -> None:
    program = run_layer("data", {"alertEmails": ["prod-alerts@acme.example", "dev-team@a.b"]})

    endpoints = {item.inputs["endpoint"] for item in program.all("TopicSubscription")}
    assert endpoints == {"prod-alerts@acme.example", "dev-team@a.b"}


def test_addresses_for_alarms_name_their_subscriptions(run_layer: RunLayer) -> None:
    program = run_layer("data", {"alertEmails": ["on-call@example.com"]})

    assert program.one("TopicSubscription", "alerts-on-call@example.com")["endpoint"] == "on-call@example.com"


def test_an_address_for_alarms_that_is_none_is_told(run_layer: RunLayer) -> None:
    with pytest.raises(Exception, match=r"setting alertEmails is .*'nobody' must be an e-mail address"):
        run_layer("data", {"alertEmails": ["nobody"]})
