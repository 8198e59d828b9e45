"""The network gets another block while everything runs in it: a team at a time, then all at once under traffic."""

import json

from story.telling import Story, UnexpectedEndError
from support.client_traffic import traffic
from tapstack.account_names import project_name
from tapstack.cli.actions import lane_merchants
from tapstack.lane.environment import LaneEnvironment
from tapstack.lane.lane import Lane
from tapstack.operate.account import Account

_SETTINGS = "projects/network/Pulumi.local.yaml"
_SUFFIX = f"  {project_name('network')}:environmentSuffix: local\n"


def tell(story: Story, *, cores: int) -> None:
    """Tell it on the story's checkout.

    Raises:
        UnexpectedEndError: a step did not go as told.
    """
    story.begin("Replacing the network while everything runs in it", "network-story", cores)
    story.tell(
        "AWS gives a VPC no other block: it makes another VPC, with other subnets, groups and endpoints, and deletes "
        "none of the old ones while functions are in them. So there are three steps, each an ordinary deployment of "
        "one layer: the network's team makes the new beside the old (*expand*), compute's team goes over (*move*), the "
        "network's team deletes the old (*contract*).",
    )
    story.run("tapstack", "local", says="decided and notified", show=0)
    _alone(story)
    _together(story)
    story.tell_times()


def _alone(story: Story) -> None:
    story.tell("## A team at a time", "The network's team asks for another block:")
    story.edit(_SETTINGS, _SUFFIX, _SUFFIX + _block(60))
    story.run("tapstack", "plan", "network", says="network: step 1, expand", show=9)
    story.tell("The plan says who holds what, and what each team is to run. Step 1:")
    story.run("tapstack", "up", "network", "--yes", says="network: the old is kept, as compute holds", show=2)
    story.tell("It can be run again, by anybody:")
    story.run("tapstack", "up", "network", "--yes", says="network: the old is kept, as compute holds", show=2)
    story.tell("Step 2, on another day. Compute's program is as it was; what it reads is not:")
    story.run("tapstack", "up", "compute", "--yes", says="network: only versions kept to go back to", show=3)
    story.tell(
        "The versions before are still there to go back to, and are in the old network, where they work. Once nobody "
        "would go back:"
    )
    story.run("tapstack", "prune-versions", "compute", says="deleted 2 of 5 versions", show=7)
    story.tell("Step 3:")
    story.run("tapstack", "up", "network", "--yes", says="delete 22", show=1)
    story.run("tapstack", "drift", says="network as it should be", show=4)


def _together(story: Story) -> None:
    story.tell(
        "## All at once",
        "Whoever may deploy all layers runs one command, which does the three steps in their order; interrupted "
        "anywhere, the same command goes on. Clients post transactions all the while.",
    )
    told = json.loads(story.checkout.python("-m", "tapstack", "outputs", "api-edge").stdout)
    lane = Lane(story.checkout.lane, story.checkout.root)
    keys = lane_merchants.api_keys(Account(LaneEnvironment(lane)))
    story.edit(_SETTINGS, _block(60), _block(61))
    with traffic(told["api-edge"]["transactions_url"], list(keys.values())) as clients:
        story.run("tapstack", "up", "--yes", says="delete 22", show=9)
    if clients.failures or not clients.answers:
        raise UnexpectedEndError(f"of {len(clients.answers)} requests these were not accepted: {clients.failures}")
    story.tell(f"The clients sent {len(clients.answers)} transactions meanwhile, and every one was accepted.")
    story.run("tapstack", "drift", says="network as it should be", show=4)


def _block(number: int) -> str:
    return f"  {project_name('network')}:vpcCidr: 10.{number}.0.0/16\n"
