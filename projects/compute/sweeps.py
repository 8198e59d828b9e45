"""The schedule of sweeps: each minute the notifier puts webhooks whose time has come into the queue."""

import pulumi_aws as aws

from function import LiveFunction
from tapstack.program.naming import Names
from transactions.agreed.webhooks import SWEEP_MINUTES


def make_sweeps(names: Names, notifier: LiveFunction) -> None:
    """Make the rule, let it call the notifier, and let nobody else of EventBridge."""
    rule = aws.cloudwatch.EventRule(
        "sweeps",
        name=names("sweeps"),
        description="Has the notifier look after webhooks that wait",
        schedule_expression=f"rate({SWEEP_MINUTES} minute{'' if SWEEP_MINUTES == 1 else 's'})",
    )
    aws.lambda_.Permission(
        "sweeps",
        statement_id="sweeps",
        action="lambda:InvokeFunction",
        function=notifier.function.name,
        qualifier=notifier.alias.name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
    )
    aws.cloudwatch.EventTarget("sweeps", rule=rule.name, target_id="notifier", arn=notifier.alias.arn)
