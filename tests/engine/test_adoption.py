"""Merchants that were resources are taken over on the real engine while their clients keep posting."""

import io
import json
import subprocess
import tarfile
from collections.abc import Iterator

import pytest
import yaml

from support.client_traffic import traffic
from support.polling import eventually
from support.scratch_checkout import ScratchCheckout, scratch_checkout
from tapstack.account_names import project_name
from tapstack.checkout import CHECKOUT

EARLIER = "c0528fac0e6d56397cd11ebe7b4906f100102fc6"
"""The last revision whose programs make merchants."""


def git(checkout: ScratchCheckout, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=checkout.root, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScratchCheckout]:
    """A checkout of the earlier revision, and behind it a commit of this one."""
    made = scratch_checkout(tmp_path_factory.mktemp("adoption"))
    git(made, "rm", "-rqf", ".")
    told = subprocess.run(["git", "archive", EARLIER], cwd=CHECKOUT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(told)) as archive:
        archive.extractall(made.root, filter="data")
    yield made
    made.python("-m", "tapstack", "down", "--force")


def take_settings_out(checkout: ScratchCheckout) -> None:
    for layer in ("data", "api-edge"):
        file = checkout.root / "projects" / layer / "Pulumi.local.yaml"
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        del settings["config"][f"{project_name(layer)}:merchants"]
        file.write_text(yaml.safe_dump(settings), encoding="utf-8")


# Two revisions are deployed, one after the other.
@pytest.mark.timeout(1200)
def test_merchants_that_were_resources_keep_their_keys_and_secrets_and_lose_no_request(
    checkout: ScratchCheckout,
) -> None:
    def tapstack(*words: str, status: int = 0) -> str:
        done = checkout.python("-m", "tapstack", *words, status=status)
        return done.stdout + done.stderr

    tapstack("local")
    outputs = json.loads(checkout.python("-m", "tapstack", "outputs", "api-edge", "--show-secrets").stdout)["api-edge"]
    keys = outputs["api_keys"]
    git(checkout, "checkout", "-qf", "HEAD", "--", ".")

    with traffic(outputs["transactions_url"], list(keys.values())) as clients:
        eventually(lambda: len(clients.answers) > 5)
        told = tapstack("merchant", "adopt")
        assert "the state of api-edge has let go of 9 resources; AWS keeps them" in told
        assert "the state of data has let go of 9 resources; AWS keeps them" in told
        assert "reads its secrets in Secrets Manager" in tapstack("merchant", "adopt", "--delete-secrets", status=1)
        take_settings_out(checkout)
        tapstack("up", "compute", "api-edge", "--yes")
        tapstack("up", "--yes")
        assert "has let go of 0 resources" in tapstack("merchant", "adopt")
        answered = len(clients.answers)
        eventually(lambda: len(clients.answers) > answered + 5)

    assert clients.failures == []
    listed = json.loads(checkout.python("-m", "tapstack", "merchant", "list", "--json").stdout)
    assert {each["merchant"]: each["api_keys"] for each in listed} == dict.fromkeys(keys, 1)
    # The receiver was started by the earlier release, and knows the secrets of then.
    for merchant in keys:
        tapstack("webhook", "test", merchant)
    assert "3 secrets in Secrets Manager" in tapstack("merchant", "adopt", "--delete-secrets")
    tapstack("smoke")
    assert "nothing to do" in tapstack("up", "--yes")
