"""The roles that workflows take on: per layer one that deploys it, one that looks for drift and one that previews.

Beside them one makes a smoke run after each deployment, in the same job.

A deploy role is for jobs of one GitHub environment, so the environment's protection rules decide who deploys. A drift
role is for jobs of the main branch, which runs what was reviewed. A preview role is for pull requests, and is made only
where its owners ask for it; GitHub gives pull requests of forks no identity token. The last two may do the same: look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_aws as aws
from pulumi import Input, Output

import api_edge_grants
import compute_grants
import data_grants
import network_grants
import operator_grants
from boundary import boundary_arn
from domain_grants import domain_grants
from facts import account_facts
from grants import Facts, Grant, LayerGrants, policies
from identity_provider import AUDIENCE, HOST
from key import SecretsKey
from settings import BootstrapSettings
from smoke_grants import PROBE, STATE
from state_bucket import StateBucket
from state_grants import read_state, write_state
from tapstack.account_names import Purpose, operator_role, pipeline_role, smoke_role
from tapstack.layers import LAYERS
from tapstack.program.errors import SettingError
from tapstack.program.naming import Names
from tapstack.program.policies import document

GRANTS: Final[Mapping[str, LayerGrants]] = {
    "network": network_grants.GRANTS,
    "data": data_grants.GRANTS,
    "compute": compute_grants.GRANTS,
    "api-edge": api_edge_grants.GRANTS,
}
_ASSUMED: Final = {"Effect": "Allow", "Action": "sts:AssumeRole"}

Policies = Mapping[str, aws.iam.Policy]
"""What a policy is for, to the policy."""


@dataclass(frozen=True)
class Roles:
    """The roles by layer, the one of smoke runs, and the operators' where there are any."""

    deploy: Mapping[str, aws.iam.Role]
    drift: Mapping[str, aws.iam.Role]
    preview: Mapping[str, aws.iam.Role]
    smoke: aws.iam.Role
    operator: aws.iam.Role | None


def make_roles(
    names: Names,
    settings: BootstrapSettings,
    bucket: StateBucket,
    key: SecretsKey,
    identity_provider_arn: Output[str],
) -> Roles:
    """Make the roles of every layer with their policies, and the one of smoke runs.

    Raises:
        SettingError: a layer of `layers.toml` has no grants.
    """
    if missing := [layer for layer in LAYERS if layer not in GRANTS]:
        raise SettingError(
            f"layer {missing[0]!r} has no grants: write projects/bootstrap/{missing[0].replace('-', '_')}_grants.py "
            "and name it in projects/bootstrap/roles.py"
        )
    facts = {**account_facts(names), "bucket": bucket.name, "boundary": boundary_arn(names)}

    def trust(what: str) -> Output[str]:
        return _trust(identity_provider_arn, settings.subjects(what))

    # The only grants that depend on what the layers' settings turn on.
    extra = {"api-edge": domain_grants(settings)}
    deploy, drift, preview = {}, {}, {}
    for layer in LAYERS:
        granted = GRANTS[layer].beside(extra.get(layer))
        reads = {
            **_policies(names, "read", layer, granted.read, facts),
            **_state_policy(names, "read-state", layer, read_state(layer), facts, key),
        }
        writes = {
            **_policies(names, "change", layer, granted.change, facts),
            **_state_policy(names, "write-state", layer, write_state(layer), facts, key),
        }
        deploy[layer] = _layer_role(
            names,
            "deploy",
            layer,
            f"Deploys the layer {layer}",
            trust(f"environment:{settings.github_environment}"),
            {**reads, **writes},
        )
        drift[layer] = _layer_role(
            names,
            "drift",
            layer,
            f"Looks for drift of the layer {layer} and changes nothing",
            trust(f"ref:refs/heads/{settings.branch}"),
            reads,
        )
        if settings.pull_request_previews:
            preview[layer] = _layer_role(
                names,
                "preview",
                layer,
                f"Previews the layer {layer} and changes nothing",
                trust("pull_request"),
                reads,
            )
    smoke = _role(
        "smoke",
        smoke_role(names.environment_suffix),
        "Makes smoke runs by the environment's own probe",
        trust(f"environment:{settings.github_environment}"),
        {
            **_policies(names, "probe", "smoke", PROBE, facts),
            **_state_policy(names, "read-state", "smoke", STATE, facts, key),
        },
    )
    operator = None
    if settings.operators:
        operator = _role(
            "operator",
            operator_role(names.environment_suffix),
            "What the operators' commands need",
            _trust_in_people(settings.operators),
            {
                **_policies(names, "operate", "operator", operator_grants.GRANTS, facts),
                **_state_policy(names, "read-state", "operator", operator_grants.STATE, facts, key),
            },
        )
    return Roles(deploy, drift, preview, smoke, operator)


def _policies(names: Names, purpose: str, layer: str, grants: Sequence[Grant], facts: Facts) -> Policies:
    documents = policies(grants, facts)
    purposes = [purpose] if len(documents) == 1 else [f"{purpose}-{number}" for number in range(1, len(documents) + 1)]
    return {name: _policy(names, f"{name}-{layer}", text) for name, text in zip(purposes, documents, strict=True)}


def _state_policy(
    names: Names, purpose: str, layer: str, grants: Sequence[Grant], facts: Facts, key: SecretsKey
) -> Policies:
    """Write grants that name the secrets key, whose ARN is known only when it is made."""

    def written(key_arn: str) -> str:
        (text,) = policies(grants, {**facts, "key": key_arn})
        return text

    return {purpose: _policy(names, f"{purpose}-{layer}", key.key.arn.apply(written))}


def _policy(names: Names, name: str, text: Input[str]) -> aws.iam.Policy:
    return aws.iam.Policy(name, name=f"{names.prefix}{name}", policy=text)


def _layer_role(
    names: Names, purpose: Purpose, layer: str, description: str, trust: Output[str], attached: Policies
) -> aws.iam.Role:
    role_name = pipeline_role(names.environment_suffix, purpose, layer)
    return _role(f"{purpose}-{layer}", role_name, description, trust, attached)


def _role(name: str, role_name: str, description: str, trust: Output[str], attached: Policies) -> aws.iam.Role:
    role = aws.iam.Role(
        name,
        name=role_name,
        description=description,
        assume_role_policy=trust,
    )
    for policy_name, policy in attached.items():
        aws.iam.RolePolicyAttachment(f"{name}-{policy_name}", role=role.name, policy_arn=policy.arn)
    return role


def _trust(identity_provider_arn: Output[str], subjects: list[str]) -> Output[str]:
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": identity_provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": subjects}},
        }
    )


def _trust_in_people(arns: Sequence[str]) -> Output[str]:
    """Let people take a role on: IAM users with MFA; of a role, who signs in to it decides how people prove themselves.

    A session of a role has no key `aws:MultiFactorAuthPresent` that says anything of that:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
    """
    users = sorted(arn for arn in arns if ":user/" in arn)
    others = sorted(set(arns) - set(users))
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return document(
        *([{**_ASSUMED, "Principal": {"AWS": users}, "Condition": mfa}] if users else []),
        *([{**_ASSUMED, "Principal": {"AWS": others}}] if others else []),
    )
