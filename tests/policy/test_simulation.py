"""The emulator's own SimulatePrincipalPolicy on the same questions.

What it evaluates, read off its answers and its source: the policies attached to a role and its inline ones, actions and
resources with wildcards, explicit denials, and conditions on IAM's global keys alone. It takes no context entries, so a
condition on a tag, a boundary or a service's key never holds; it looks at one resource a question; and it leaves out
boundaries. So it is asked without a context, and `evaluation`, which decides those in the other tests, is held to its
answer without a context: two implementations that read the same policies alike.
"""

from collections import defaultdict
from typing import Any

import pytest

from policy.evaluation import ALLOWED, decide
from tapstack.layers import LAYERS


@pytest.mark.parametrize("kind", ["deploy", "drift", "preview"])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_emulator_s_simulator_decides_alike_where_no_condition_plays_a_part(
    account: Any, layer: str, kind: str
) -> None:
    iam, role = account.client("iam"), f"tapstack-local-{kind}-{layer}"
    actions: dict[str, set[str]] = defaultdict(set)
    for asked in account.asked.values():
        for item in asked:
            actions[item.resource].add(item.action)
    decided: dict[tuple[str, str], str] = {}
    for resource, names in actions.items():
        answer = iam.simulate_principal_policy(
            PolicySourceArn=account.outputs[f"{kind}_role_arns"][layer],
            ActionNames=sorted(names),
            ResourceArns=[resource],
        )
        decided |= {(item["EvalActionName"], resource): item["EvalDecision"] for item in answer["EvaluationResults"]}

    ours = {(action, resource): decide(account.policies[role], action, resource, {}) for action, resource in decided}
    assert decided == ours
    assert ALLOWED in decided.values()
