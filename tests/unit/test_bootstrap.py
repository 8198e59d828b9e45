"""The bootstrap on Pulumi's mocks, and the boundary that the layers attach where their settings name it."""

import json
import runpy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from support.mocked_program import ProgramError
from tapstack.checkout import CHECKOUT
from tapstack.layers import BOOTSTRAP, LAYERS

RunLayer = Callable[..., Any]

REPOSITORY = {
    "repository": "acme/payments",
    "repositoryOwnerId": 123456,
    "repositoryId": 456789,
    "githubEnvironment": "live",
    "pullRequestPreviews": True,
}
DOMAIN = {"domainName": "api.example.com", "hostedZoneId": "ZPUBLIC", "truststoreUri": "s3://trusted/clients.pem"}
GITHUB = "token.actions.githubusercontent.com"
POLICY_SIZE = 6144
POLICIES_PER_ROLE = 10


def document(inputs: Mapping[str, Any], key: str = "policy") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(inputs[key])
    return found


def test_it_exports_what_people_and_workflows_need(run_layer: RunLayer) -> None:
    outputs = run_layer(BOOTSTRAP, REPOSITORY).outputs

    assert outputs["state_bucket"] == "tapstack-dev-state-123456789012-eu-central-1"
    assert outputs["backend_url"] == "s3://tapstack-dev-state-123456789012-eu-central-1?region=eu-central-1"
    assert outputs["key_alias"] == "alias/tapstack-dev-state"
    assert outputs["secrets_provider"] == "awskms://alias/tapstack-dev-state?region=eu-central-1"
    assert outputs["permissions_boundary"] == "tapstack-dev-boundary"
    roles = [tuple(outputs[f"{purpose}_role_arns"]) for purpose in ("deploy", "drift", "preview")]
    assert roles == [LAYERS] * 3


def test_the_bucket_is_versioned_encrypted_private_owned_and_closed_to_plain_http(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, REPOSITORY)

    assert program.one("BucketVersioning")["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = program.one("BucketServerSideEncryptionConfiguration")["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"].endswith(":state")
    block = program.one("BucketPublicAccessBlock")
    assert all(block[key] for key in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls"))
    assert block["restrictPublicBuckets"] is True
    assert program.one("BucketOwnershipControls")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    (statement,) = document(program.one("BucketPolicy"))["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("days", [30, 400])
def test_the_bucket_keeps_history_as_long_as_it_is_told(run_layer: RunLayer, days: int) -> None:
    program = run_layer(BOOTSTRAP, {**REPOSITORY, "stateHistoryDays": days})

    (rule,) = program.one("BucketLifecycleConfiguration")["rules"]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": days}
    assert "expiration" not in rule


def test_the_key_is_rotated_and_under_its_alias(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, REPOSITORY)

    assert program.one("Key")["enableKeyRotation"] is True
    assert program.one("Alias")["name"] == "alias/tapstack-dev-state"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_role_trusts_jobs_of_one_kind_by_the_repository_s_names_and_by_its_numbers(
    run_layer: RunLayer, layer: str
) -> None:
    program = run_layer(BOOTSTRAP, REPOSITORY)
    jobs = {"deploy": "environment:live", "drift": "ref:refs/heads/main", "preview": "pull_request"}

    for kind, what in jobs.items():
        role = program.one("Role", f"{kind}-{layer}")
        (statement,) = document(role, "assumeRolePolicy")["Statement"]
        assert role["name"] == f"tapstack-dev-{kind}-{layer}"
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        # As GitHub documents them: "repo:octocat@123456/my-repo@456789:ref:refs/heads/main" where a repository is made
        # or renamed since 2026-07-15, "repo:octocat/my-repo:ref:refs/heads/main" where not.
        subjects = [f"repo:acme/payments:{what}", f"repo:acme@123456/payments@456789:{what}"]
        assert statement["Condition"] == {
            "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subjects}
        }


def test_pull_requests_get_no_role_where_nobody_asks_for_it(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, {**REPOSITORY, "pullRequestPreviews": False})

    names = {item.inputs["name"] for item in program.all("Role")}
    of_layers = {f"tapstack-dev-{kind}-{layer}" for kind in ("deploy", "drift") for layer in LAYERS}
    assert names == {*of_layers, "tapstack-dev-smoke"}
    assert program.outputs["preview_role_arns"] == {}


def test_a_provider_of_identities_that_is_there_is_found_and_not_made(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, {**REPOSITORY, "manageIdentityProvider": False})

    assert program.all("OpenIdConnectProvider") == []
    trust = document(program.one("Role", "deploy-data"), "assumeRolePolicy")
    assert trust["Statement"][0]["Principal"] == {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}"}


def test_policies_and_roles_stay_within_aws_s_limits(run_layer: RunLayer) -> None:
    operators = ["arn:aws:iam::111111111111:user/ada"]
    settings = {**REPOSITORY, **DOMAIN, "operators": operators, "environmentSuffix": "abcdefghijkl"}
    program = run_layer(BOOTSTRAP, settings)

    sizes = {item.inputs["name"]: len("".join(item.inputs["policy"].split())) for item in program.all("Policy")}
    assert len(sizes) > 4 * len(LAYERS)
    assert {name: size for name, size in sizes.items() if size > POLICY_SIZE} == {}
    attached = [item.inputs["role"] for item in program.all("RolePolicyAttachment")]
    of_layers = {f"tapstack-abcdefghijkl-{kind}-{layer}" for kind in ("deploy", "drift", "preview") for layer in LAYERS}
    assert set(attached) == {*of_layers, "tapstack-abcdefghijkl-smoke", "tapstack-abcdefghijkl-operator"}
    assert max(map(attached.count, attached)) <= POLICIES_PER_ROLE


def test_grants_that_are_too_long_for_one_policy_are_split_and_none_is_lost() -> None:
    grants = runpy.run_path(str(CHECKOUT / "projects" / "bootstrap" / "grants.py"))
    names = [f"arn:{{partition}}:sqs:::{number:0>60}" for number in range(200)]

    written = grants["policies"]([grants["Grant"](["sqs:SendMessage"], [name]) for name in names], {"partition": "aws"})

    assert len(written) > 1
    assert max(map(len, written)) <= POLICY_SIZE
    resources = [
        resource for text in written for item in json.loads(text)["Statement"] for resource in item["Resource"]
    ]
    assert resources == [name.replace("{partition}", "aws") for name in names]


def test_a_grant_that_is_too_long_for_any_policy_is_named() -> None:
    grants = runpy.run_path(str(CHECKOUT / "projects" / "bootstrap" / "grants.py"))
    with pytest.raises(ValueError, match="the statement on thing-0 is longer than a policy may be"):
        grants["policies"]([grants["Grant"](["sqs:SendMessage"], [f"thing-{number}" for number in range(999)])], {})


def test_no_key_that_never_ends_is_made(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, REPOSITORY)

    assert [item for kind in ("User", "AccessKey", "Group") for item in program.all(kind)] == []


def test_without_a_repository_nothing_is_made(run_layer: RunLayer) -> None:
    with pytest.raises(ProgramError, match=r"setting repository is not set.*pulumi config set repository"):
        run_layer(BOOTSTRAP)


@pytest.mark.parametrize("number", ["repositoryOwnerId", "repositoryId"])
def test_without_the_repository_s_numbers_nothing_is_made(run_layer: RunLayer, number: str) -> None:
    with pytest.raises(ProgramError, match=rf"setting {number} is not set.*pulumi config set {number} .*gh api repos"):
        run_layer(BOOTSTRAP, {key: value for key, value in REPOSITORY.items() if key != number})


@pytest.mark.parametrize("repository", ["payments", "acme/payments/more", "acme/*", "repo:acme/payments"])
def test_what_names_no_single_repository_is_refused(run_layer: RunLayer, repository: str) -> None:
    with pytest.raises(ProgramError, match=r"setting repository is .* it must be ORGANISATION/REPOSITORY"):
        run_layer(BOOTSTRAP, {"repository": repository})


@pytest.mark.parametrize(("layer", "roles"), [("network", 1), ("compute", 3), ("api-edge", 1)])
def test_every_role_of_a_layer_is_bounded_where_a_boundary_is_named(
    run_layer: RunLayer, layer: str, roles: int
) -> None:
    boundary = "arn:aws:iam::123456789012:policy/tapstack-dev-boundary"
    # What environments share is bounded by a policy of none of them, whether one is named or not.
    shared = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    native = {"functionPlatform": "native"} if layer == "compute" else {}

    bounded = run_layer(layer, {**native, "permissionsBoundary": "tapstack-dev-boundary"}).all("Role")
    free = run_layer(layer, native).all("Role")

    assert [item.inputs["permissionsBoundary"] for item in bounded] == [
        shared if layer == "api-edge" else boundary
    ] * roles
    assert [item.inputs.get("permissionsBoundary") for item in free] == [
        shared if layer == "api-edge" else None
    ] * roles


def test_two_environments_share_no_name_but_the_identity_provider(run_layer: RunLayer) -> None:
    blue, green = (
        run_layer(BOOTSTRAP, {**REPOSITORY, "environmentSuffix": name, "manageIdentityProvider": name == "blue"})
        for name in ("blue", "green")
    )

    def named(program: Any) -> set[str]:
        names = ("name", "bucket", "policyArn", "url")
        return {f"{item.inputs[name]}" for item in program.resources for name in names if name in item.inputs}

    # The mocks' ARNs are by the resources' logical names.
    assert {name for name in named(blue) & named(green) if not name.startswith("arn:aws:mock:")} == set()
    (provider,) = blue.all("OpenIdConnectProvider")
    assert provider.inputs["tags"]["Environment"] == "all"
    assert green.all("OpenIdConnectProvider") == []


def test_the_roles_know_of_a_domain_only_where_the_settings_name_one(run_layer: RunLayer) -> None:
    def actions(config: Mapping[str, Any]) -> set[str]:
        policies = [document(item.inputs) for item in run_layer(BOOTSTRAP, config).all("Policy")]
        return {action for policy in policies for each in policy["Statement"] for action in each["Action"]}

    added = actions({**REPOSITORY, **DOMAIN}) - actions(REPOSITORY)

    assert {action.partition(":")[0] for action in added} == {"acm", "apigateway", "route53", "s3"}
    assert "s3:GetObjectVersion" in added
    # A domain whose DNS is somebody else's needs no hosted zone.
    assert {
        item.partition(":")[0]
        for item in actions({**REPOSITORY, "domainName": "api.example.com"}) - actions(REPOSITORY)
    } == {
        "acm",
        "apigateway",
    }


@pytest.mark.parametrize("name", ["hostedZoneId", "truststoreUri"])
def test_what_belongs_to_a_domain_is_refused_without_one(run_layer: RunLayer, name: str) -> None:
    with pytest.raises(ProgramError, match=f"setting {name} is '{DOMAIN[name]}', and there is no domainName"):
        run_layer(BOOTSTRAP, {**REPOSITORY, name: DOMAIN[name]})


def test_the_role_of_smoke_runs_trusts_the_jobs_that_deploy(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, REPOSITORY)

    smoke = program.one("Role", "smoke")
    assert smoke["name"] == "tapstack-dev-smoke"
    assert smoke["assumeRolePolicy"] == program.one("Role", "deploy-data")["assumeRolePolicy"]


def test_without_operators_there_is_no_role_for_them(run_layer: RunLayer) -> None:
    program = run_layer(BOOTSTRAP, REPOSITORY)

    assert [item.name for item in program.all("Role") if "operator" in item.name] == []
    assert [item.name for item in program.all("Policy") if "operator" in item.name] == []
    assert program.outputs["operator_role_arn"] is None


def test_users_take_the_operators_role_on_with_mfa_and_roles_as_they_are(run_layer: RunLayer) -> None:
    user, role = "arn:aws:iam::111111111111:user/ada", "arn:aws:iam::111111111111:role/sso/Operators"
    program = run_layer(BOOTSTRAP, {**REPOSITORY, "operators": [role, user]})

    operator = program.one("Role", "operator")
    assert operator["name"] == "tapstack-dev-operator"
    of_users, of_roles = document(operator, "assumeRolePolicy")["Statement"]
    assert of_users == {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": [user]},
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    assert of_roles == {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [role]}}


@pytest.mark.parametrize(
    "named", ["*", "arn:aws:iam::111111111111:root", "111111111111", "arn:aws:iam::111111111111:role/*"]
)
def test_nobody_unnamed_becomes_an_operator(run_layer: RunLayer, named: str) -> None:
    with pytest.raises(ProgramError, match="operators"):
        run_layer(BOOTSTRAP, {**REPOSITORY, "operators": [named]})
