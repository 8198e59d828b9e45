"""Teams with their layers' roles on one state bucket: what readers need is known to those they read from."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from policy.evaluation import ALLOWED, decide
from policy.state_requests import state_requests
from support.small_layers import STACK, SmallLayers
from tapstack.account_names import project_name
from tapstack.engine.backend.keys import lock_key, reads_key
from tapstack.layers import LAYERS

TeamOf = Callable[[str], SmallLayers]

FIELD = "notifications_queue_url: Output[Url] = output(read_by=["


@pytest.fixture(scope="module")
def bucket(account: Any) -> str:
    """The bucket that the bootstrap has made, and so the one that the roles are for."""
    return f"{account.outputs['state_bucket']}"


@pytest.fixture(scope="module")
def team_of(account: Any, bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamOf]:
    """Give a checkout in a shell with the credentials of a role, or of an administrator.

    The emulator does not enforce IAM: what stands between it and the shell refuses what the role's policies do.
    """
    with ExitStack() as teams:

        def team(role: str) -> SmallLayers:
            policies = account.policies.get(role)

            def allowed(item: Any) -> bool:
                return policies is None or decide(policies, item.action, item.resource, item.context) == ALLOWED

            address, _ = teams.enter_context(state_requests(account.lane.require_running().url, "", allowed))
            return SmallLayers.made(
                tmp_path_factory.mktemp("team") / "checkout",
                f"s3://{bucket}?region=eu-central-1&endpoint={address}&s3ForcePathStyle=true",
                AWS_ACCESS_KEY_ID="test",
                AWS_SECRET_ACCESS_KEY="test",
            )

        yield team


@pytest.fixture(scope="module")
def s3(account: Any) -> Any:
    return account.client("s3")


@pytest.fixture(scope="module")
def administrator(team_of: TeamOf) -> SmallLayers:
    """All layers are up."""
    small = team_of("an administrator")
    for layer in LAYERS:
        small.pulumi(layer, "stack", "init", STACK)
    done = small.run("up", "--yes")
    assert done.returncode == 0, done.stderr
    return small


@pytest.fixture(scope="module")
def deploys_data(team_of: TeamOf, administrator: SmallLayers) -> SmallLayers:
    return team_of("tapstack-local-deploy-data")


@pytest.fixture(scope="module")
def deploys_compute(team_of: TeamOf, administrator: SmallLayers) -> SmallLayers:
    return team_of("tapstack-local-deploy-compute")


def objects(s3: Any, bucket: str, prefix: str) -> set[str]:
    return {item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())}


def test_a_role_plans_and_deploys_its_layer_beside_readers_whose_states_it_may_not_read(
    s3: Any, bucket: str, deploys_data: SmallLayers
) -> None:
    assert objects(s3, bucket, ".tapstack/") == {reads_key(layer, STACK) for layer in LAYERS}
    deploys_data.write("data", "thing-2")

    planned, done = deploys_data.run("plan", "data"), deploys_data.run("up", "data", "--yes")

    assert (planned.returncode, done.returncode) == (0, 0), planned.stdout + done.stderr
    assert "cannot be looked at" not in planned.stdout + done.stderr
    assert not objects(s3, bucket, ".tapstack/locks/")
    note = s3.get_object(Bucket=bucket, Key=reads_key("data", STACK))["Body"].read()
    assert b'"is_up": true' in note


def test_what_a_reader_reads_cannot_be_taken_from_it_by_a_role_that_may_not_read_its_state(
    s3: Any, bucket: str, deploys_data: SmallLayers
) -> None:
    key = reads_key("compute", STACK)
    note = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    # It was deployed from a checkout in which there is one field more.
    more = note.replace(b'"velocity_table_name"', b'"velocity_table_url": "Url",\n        "velocity_table_name"')
    assert more != note
    s3.put_object(Bucket=bucket, Key=key, Body=more)
    try:
        planned, done = deploys_data.run("plan", "data"), deploys_data.run("up", "data", "--yes")
        destroyed = deploys_data.run("destroy", "data", "--yes")
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=note)

    told = "`data.velocity_table_url` is read by compute@dev; add the new field, move the consumer, then remove it"
    assert planned.returncode == 2
    assert told in planned.stdout
    assert done.returncode == 1
    assert told in done.stderr
    assert destroyed.returncode == 1
    assert "data is still read by compute@dev (" in destroyed.stderr


def test_a_reader_that_was_changed_past_its_note_is_a_refusal_until_it_is_noted(
    s3: Any, bucket: str, deploys_data: SmallLayers, deploys_compute: SmallLayers
) -> None:
    deploys_compute.write("compute", "thing-2")
    deploys_compute.pulumi("compute", "up", "--stack", STACK, "--yes", "--skip-preview")

    planned, destroyed = deploys_data.run("plan", "data"), deploys_data.run("destroy", "data", "--yes")
    checked = deploys_data.run("contracts", "--quiet")

    told = (
        "what compute@dev reads cannot be looked at: its state was changed since it was noted, by `pulumi` itself or "
        "by a run that was cut short; deploy compute, or with credentials that may read its state: "
    )
    assert (planned.returncode, destroyed.returncode, checked.returncode) == (2, 1, 2)
    assert f"data: {told}" in planned.stdout
    assert f"error: data: {told}" in destroyed.stderr
    assert told in checked.stderr
    assert deploys_compute.run("up", "compute", "--yes").returncode == 0
    assert deploys_data.run("plan", "data").returncode == 0

    s3.delete_object(Bucket=bucket, Key=reads_key("compute", STACK))
    assert "compute@dev reads cannot be looked at: it was never noted; " in deploys_data.run("plan", "data").stdout
    assert deploys_data.run("contracts", "--note-reads", "--quiet").returncode == 2
    assert objects(s3, bucket, reads_key("compute", STACK)) == set()
    assert deploys_compute.run("contracts", "--note-reads", "--quiet").returncode == 0
    assert deploys_data.run("plan", "data").returncode == 0


def test_a_role_that_only_looks_plans_and_writes_nothing(
    s3: Any, bucket: str, administrator: SmallLayers, team_of: TeamOf
) -> None:
    before = objects(s3, bucket, "")

    planned = team_of("tapstack-local-preview-network").run("plan", "network")

    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert objects(s3, bucket, "") == before


@pytest.mark.parametrize("layer", LAYERS)
def test_every_role_may_read_all_notes_and_locks_and_a_deploy_role_writes_its_own(
    account: Any, bucket: str, layer: str
) -> None:
    for other in LAYERS:
        for key in (reads_key(other, STACK), lock_key(other, STACK)):
            arn = f"arn:aws:s3:::{bucket}/{key}"
            for role in (f"tapstack-local-deploy-{layer}", f"tapstack-local-preview-{layer}"):
                assert decide(account.policies[role], "s3:GetObject", arn, {}) == ALLOWED
                for action in ("s3:PutObject", "s3:DeleteObject"):
                    may = decide(account.policies[role], action, arn, {}) == ALLOWED
                    assert may == (layer == other and "deploy" in role), (role, action, key)


@pytest.mark.parametrize("layer", LAYERS)
def test_no_role_reaches_anything_else_beside_the_engine_s_own(account: Any, bucket: str, layer: str) -> None:
    project = project_name(layer)
    for key in (".tapstack/other.json", f".tapstack/{project}/dev.json", f"reads/{project}/dev.json"):
        for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
            arn = f"arn:aws:s3:::{bucket}/{key}"
            assert decide(account.policies[f"tapstack-local-deploy-{layer}"], action, arn, {}) != ALLOWED
