"""docs/aws.md taken step by step against the emulator, each command as it stands there.

Each step runs in a shell of its own, as its reader may take it on another day: what a step needs of an earlier one it
has to ask for itself. What differs from an account is in this file: the address of AWS and the plugin, what a terminal
would be asked, and the functions' platform, whose packages nobody here could fetch.

Between the plan and `up` the layers are deployed as the workflows do it, with the credentials of each layer's role. Who
may take a role on, the emulator judges by the role's own policy. S3 refuses what the role's policies do; the emulator
lets all other calls through, and the policies are held to them.
"""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from policy.authorizations import Authorization, World, authorizations
from policy.conftest import attached_policies
from policy.evaluation import ALLOWED, Policy, decide
from policy.state_requests import state_requests
from support.clients import emulator_client
from support.command_lines import write_command_lines
from support.scratch_checkout import ScratchCheckout, scratch_checkout
from tapstack.account_names import project_name
from tapstack.checkout import CHECKOUT
from tapstack.lane.lane import Lane
from tapstack.lane.stack_config import config_file
from tapstack.layers import LAYERS, PROJECTS
from tapstack.providers.calls import VARIABLE

# All steps of the page, on a machine that may have other work.
pytestmark = pytest.mark.timeout(1500)

PAGE = CHECKOUT / "docs" / "aws.md"
STATE_KEY = "the state's key"
"""Stands for its ARN until it is made."""
STEP = re.compile(r"^(?P<number>\d)\. \*\*(?P<text>.*?)(?=^\d\. \*\*|^## )", re.MULTILINE | re.DOTALL)
PLACEHOLDERS = {"ORGANISATION/REPOSITORY": "acme/payments"}
SUBJECTS = ("repo:acme/payments:environment:dev", "repo:acme@123456/payments@456789:environment:dev")
"""Of GitHub's tokens for jobs of the environment, as repositories from before July 2026 send them and as later ones do.
https://docs.github.com/en/actions/reference/security/oidc"""
MAIN = "repo:acme/payments:ref:refs/heads/main"
"""Of GitHub's tokens for jobs of the main branch in no environment."""
STRANGERS = {
    "another repository": {"sub": "repo:acme/website:environment:dev"},
    "another repository of the name": {"sub": "repo:acme@123456/payments@1:environment:dev"},
    "another environment": {"sub": "repo:acme/payments:environment:prod"},
    "a pull request": {"sub": "repo:acme/payments:pull_request"},
    "the main branch": {"sub": MAIN},
    "a token for another service": {"sub": SUBJECTS[0], "aud": "https://github.com/acme"},
    "another issuer": {"sub": SUBJECTS[0], "iss": "https://token.example.com"},
}
"""Tokens that a deploy role must not trust."""
AGREED = {
    r"^(pulumi up)$": r"\1 --yes",
    r"(tapstack --stack dev up)$": r"\1 --yes",
    r"(tapstack --stack dev destroy)$": r"\1 --yes --accept-data-loss network,data,compute,api-edge",
}
"""What a terminal would be asked for: command to command."""


@dataclass
class Walk:
    """The page's steps, taken in a copy of the checkout.

    Attributes:
        checkout: the copy.
        url: the emulator's address.
        address: where its S3 and KMS answer the engine.
        state: what IAM was asked there, added to with every request.
        role: the policies of the role whose credentials are used: S3 refuses what they do; none for an administrator.
        variables: the environment of the reader's shells.
        printed: step's number to what its commands have printed.
        asked: layer to what IAM was asked when its role deployed it, and what of that its policies refuse.
    """

    checkout: ScratchCheckout
    url: str
    address: str
    state: list[Authorization]
    role: list[Policy]
    variables: Mapping[str, str]
    printed: dict[int, str] = field(default_factory=dict)
    asked: dict[str, list[Authorization]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)

    def run(self, script: str, **variables: str) -> str:
        """Run a script in a shell of its own, at the checkout's root; it ends with the first command that fails."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.checkout.root,
            env={**self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done.stdout

    def take(self, number: int) -> None:
        self.printed[number] = self.run(commands()[number])

    def outputs(self, project: str) -> Any:
        return json.loads(self.run(f"pulumi -C projects/{project} stack output --json --stack dev"))


def commands() -> dict[int, str]:
    """Give the commands of each step that has any, as a script."""
    text = PAGE.read_text(encoding="utf-8")
    found = {}
    for step in STEP.finditer(text):
        lines = re.findall(r"^ {7}(.*)$", step["text"], re.MULTILINE)
        script = "\n".join(lines)
        for placeholder, value in PLACEHOLDERS.items():
            script = script.replace(placeholder, value)
        for command, agreed in AGREED.items():
            script = re.sub(command, agreed, script, flags=re.MULTILINE)
        if script:
            found[int(step["number"])] = script
    return found


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Somebody who has all that the page says is needed, and has taken its steps up to the last one."""
    folder = tmp_path_factory.mktemp("account")
    checkout = scratch_checkout(folder)
    lane = Lane(folder / "lane", checkout.root)
    passing = ExitStack()
    try:
        lane.start(real_provider=False)
        url = lane.require_running().url
        role: list[Policy] = []

        def allowed(item: Authorization) -> bool:
            return not role or decide(role, item.action, item.resource, item.context) == ALLOWED

        address, state = passing.enter_context(state_requests(url, STATE_KEY, allowed))
        (engine,) = (found / "pulumi" for found in lane.engine.folders if (found / "pulumi").exists())
        write_command_lines(folder / "bin", engine, address)
        of_lane = {
            name: value
            for name, value in lane.environment().items()
            if name not in {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_STACK"}
        }
        reader = Walk(
            checkout,
            url,
            address,
            state,
            role,
            {
                **of_lane,
                "PATH": os.pathsep.join((f"{folder / 'bin'}", of_lane["PATH"])),
                "AWS_ENDPOINT_URL": url,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_CONFIG_FILE": os.devnull,
                # As botocore calls it; the page's name for it is the command lines' own.
                "AWS_REGION": "eu-central-1",
                "AWS_DEFAULT_REGION": "eu-central-1",
                **{
                    f"GIT_{who}_{what}": "reader@example.com"
                    for who in ("AUTHOR", "COMMITTER")
                    for what in ("NAME", "EMAIL")
                },
            },
        )
        lead_to_emulator(lane)
        write_merchant(checkout.root)
        take_all(reader)
        yield reader
    finally:
        passing.close()
        lane.remove()


def lead_to_emulator(lane: Lane) -> None:
    """Write into the stack's settings where AWS answers, and the platform that functions can be packed for here."""
    for project in PROJECTS:
        own = lane.projects / project / "Pulumi.dev.yaml"
        of_lane = yaml.safe_load(config_file(lane.projects, project).read_text(encoding="utf-8"))["config"]
        settings = yaml.safe_load(own.read_text(encoding="utf-8"))
        settings["config"] |= {key: value for key, value in of_lane.items() if key.startswith("aws:")}
        if project == "compute":
            settings["config"][f"{project_name(project)}:functionPlatform"] = "native"
        own.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def write_merchant(root: Path) -> None:
    """Write the file of step 5 as the page says."""
    settings = json.loads((root / "examples" / "merchant-settings.json").read_text(encoding="utf-8"))
    settings["webhook_url"] = "https://receiver.invalid/webhooks"
    (root / "acme.json").write_text(json.dumps(settings), encoding="utf-8")


def take_all(reader: Walk) -> None:
    """Take the steps in order, the roles' deployments among them; the last one takes away what there is to look at."""
    reader.take(1)
    reader.take(3)
    plan, up = commands()[4].splitlines()
    reader.printed[4] = reader.run(plan)
    deploy_as_roles(reader)
    reader.printed[4] += reader.run(up)
    for number in (5, 6):
        reader.take(number)


def deploy_as_roles(reader: Walk) -> None:
    """Plan and deploy each layer by the workflow's commands and with its roles' credentials; note what is called."""
    bootstrap = reader.outputs("bootstrap")
    workflow = yaml.safe_load(
        (reader.checkout.root / ".github" / "workflows" / "layer.yml").read_text(encoding="utf-8")
    )
    steps = {step.get("name"): step.get("run") for step in workflow["jobs"]["layer"]["steps"]}
    folder = reader.checkout.root.parent
    sts, iam, kms = (emulator_client(reader.url, service) for service in ("sts", "iam", "kms"))
    key_arn = kms.describe_key(KeyId=bootstrap["key_alias"])["KeyMetadata"]["Arn"]
    states: dict[str, list[Authorization]] = {}
    calls: dict[str, list[Any]] = {}
    for layer in LAYERS:
        arn, record = bootstrap["deploy_role_arns"][layer], folder / f"{layer}.jsonl"
        of_job = {
            "STACK": "dev",
            "LAYER": layer,
            "PULUMI_BACKEND_URL": f"{bootstrap['backend_url']}&endpoint={reader.address}&s3ForcePathStyle=true",
        }
        plans = bootstrap["drift_role_arns"][layer]
        looking = sts.assume_role_with_web_identity(**taking_on(plans, sub=MAIN))["Credentials"]
        reader.role[:] = attached_policies(iam, plans.rpartition("/")[2])
        told = {name: f"{folder / name}" for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        reader.run(steps["Preview"], **of_job, **told, **keys_of(looking), SAVED="approved.plan")
        for claims in STRANGERS.values():
            with pytest.raises(ClientError, match="AccessDenied"):
                sts.assume_role_with_web_identity(**taking_on(arn, **claims))
        for subject in SUBJECTS:
            assumed = sts.assume_role_with_web_identity(**taking_on(arn, sub=subject))["Credentials"]
        reader.state.clear()
        reader.role[:] = attached_policies(iam, arn.rpartition("/")[2])
        reader.run(steps["Deploy"], **of_job, **keys_of(assumed), **{VARIABLE: f"{record}"}, ACCEPT_DATA_LOSS="")
        reader.role.clear()
        states[layer] = [
            replace(item, resource=key_arn) if item.resource == STATE_KEY else item for item in reader.state
        ]
        calls[layer] = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    world = World([item for layer in LAYERS for item in resources(reader, layer)])
    for layer in LAYERS:
        policies = attached_policies(iam, bootstrap["deploy_role_arns"][layer].rpartition("/")[2])
        asked = [*(item for call in calls[layer] for item in authorizations(call, world)), *states[layer]]
        reader.asked[layer] = asked
        reader.refused[layer] = sorted(
            {f"{item}" for item in asked if decide(policies, item.action, item.resource, item.context) != ALLOWED}
        )


def keys_of(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Give a role's credentials as a job has them."""
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def taking_on(role: str, **claims: str) -> dict[str, str]:
    """Give the request by which a job takes on a role, with a token like GitHub's; nobody here checks its signature."""
    given = {"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", **claims}
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, given))
    return {"RoleArn": role, "RoleSessionName": "job", "WebIdentityToken": ".".join([*parts, "signature"])}


def resources(reader: Walk, layer: str) -> list[Any]:
    state = json.loads(reader.run(f"pulumi -C projects/{layer} stack export --stack dev"))
    return [item for item in state["deployment"]["resources"] if item["custom"]]


def test_every_step_has_its_commands() -> None:
    # Telling GitHub is nothing that a shell does here.
    assert list(commands()) == [1, 3, 4, 5, 6, 7]


def test_every_step_to_a_first_transaction_goes_as_the_page_says(walk: Walk) -> None:
    assert set(walk.printed) == {1, 3, 4, 5, 6}


def test_the_bootstrap_ends_in_the_bucket_and_leaves_no_state_behind(walk: Walk) -> None:
    folder = walk.checkout.root / "projects" / "bootstrap"

    assert not (folder / "state.json").exists()
    assert not (folder / ".pulumi").exists()
    committed = walk.run("git show HEAD:projects/bootstrap/Pulumi.dev.yaml")
    assert "tapstack-bootstrap:repository: acme/payments" in committed
    assert "awskms://alias/tapstack-dev-state" in committed


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_goes_up_as_its_role_within_the_role_s_policies(walk: Walk, layer: str) -> None:
    # `up` looks for stacks of all layers, and goes on where it may not look.
    state = (
        r"s3:GetObject on arn:aws:s3:::tapstack-dev-state-000000000000-eu-central-1/\.pulumi/stacks/[a-z-]+/dev\.json"
    )
    assert [refused for refused in walk.refused[layer] if not re.fullmatch(state, refused)] == []
    assert len(walk.asked[layer]) > 40


@pytest.mark.parametrize("layer", LAYERS)
def test_a_role_locks_its_layer_in_the_bucket_and_writes_its_state_there(walk: Walk, layer: str) -> None:
    written = {item.resource.partition("/")[2] for item in walk.asked[layer] if item.action == "s3:PutObject"}

    project = project_name(layer)
    assert any(key.startswith(f".pulumi/locks/organization/{project}/dev/") for key in written)
    assert any(key.startswith(f".tapstack/locks/{project}/") for key in written)
    assert f".pulumi/stacks/{project}/dev.json" in written


def test_the_merchant_s_key_address_and_secret_are_there_to_be_handed_over(walk: Walk) -> None:
    assert re.search(r'"api_key": "[A-Za-z0-9]{40}"', walk.printed[5])
    assert re.search(r"http\S+/v1/transactions", walk.printed[5])
    assert "whsec_" in walk.printed[5]


def test_the_first_transaction_is_decided_and_nothing_has_drifted(walk: Walk) -> None:
    answer = json.loads(next(line for line in walk.printed[6].splitlines() if line.startswith("{")))

    assert answer["status"] == "approved"
    assert f"{answer['id']}" in walk.printed[6]


def test_destroy_leaves_nothing_of_the_environment_and_no_logging_role(walk: Walk) -> None:
    walk.take(7)

    roles = {role["RoleName"] for role in emulator_client(walk.url, "iam").list_roles()["Roles"]}

    of_layers = {f"tapstack-dev-{purpose}-{layer}" for purpose in ("deploy", "drift", "preview") for layer in LAYERS}
    assert roles == of_layers | {"tapstack-dev-smoke"}
    assert emulator_client(walk.url, "dynamodb").list_tables()["TableNames"] == []
    assert not emulator_client(walk.url, "apigateway").get_account().get("cloudwatchRoleArn")
