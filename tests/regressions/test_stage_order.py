"""A usage plan or a WAF association that does not wait for its stage."""

import re
from collections.abc import Callable
from pathlib import Path

from tapstack.lane.lane import Lane

Break = Callable[[str, str, str], Path]
Fails = Callable[[str], str]


def test_a_usage_plan_before_its_stage_is_refused_as_aws_does(
    up_to_compute: Lane, fails: Fails, replace: Break
) -> None:
    replace("api-edge/usage_plans.py", '"stage": served.stage.stage_name', '"stage": names.environment_suffix')

    assert re.search(r"API Stage not found: [a-z0-9]+:local", fails("api-edge"))


def test_the_probe_s_key_before_its_plan_s_stage_is_refused_as_aws_does(
    up_to_compute: Lane, fails: Fails, replace: Break
) -> None:
    replace("api-edge/probe.py", '"stage": served.stage.stage_name', '"stage": names.environment_suffix')

    told = fails("api-edge")

    assert re.search(r"API Stage not found: [a-z0-9]+:local", told)
    # Nobody has a key that the API would take.
    keys = [each for each in up_to_compute.stack("api-edge").resources() if "UsagePlanKey" in f"{each}"]
    assert keys == []


def test_a_firewall_in_front_of_a_stage_that_is_not_there_is_refused_as_aws_does(
    up_to_compute: Lane, fails: Fails, replace: Break
) -> None:
    literal = (
        'resource_arn=Output.format("arn:aws:apigateway:eu-central-1::/restapis/{0}/stages/{1}", '
        "served.api.id, names.environment_suffix)"
    )
    replace("api-edge/firewall.py", "resource_arn=served.stage.arn", literal)
    replace("api-edge/firewall.py", "import pulumi_aws as aws", "import pulumi_aws as aws\nfrom pulumi import Output")

    assert "WAFNonexistentItemException" in fails("api-edge")
