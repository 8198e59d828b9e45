"""Compute's team renames an output that api-edge reads: first the wrong way, then the way that breaks nobody."""

from story.telling import Story

_CONTRACT = "shared/tapstack/contracts/compute.py"
_PROGRAM = "projects/compute/__main__.py"
_OLD = '    validator_invoke_arn: Output[Arn] = output(read_by=["api-edge"])\n'
_OLD_UNREAD = "    validator_invoke_arn: Output[Arn] = output()\n"
_OLD_MADE = "    validator_invoke_arn=Arn.of(validator.alias.invoke_arn),\n"
_NEW_MADE = "    validator_integration_arn=Arn.of(validator.alias.invoke_arn),\n"


def tell(story: Story, *, cores: int) -> None:
    """Tell it on the story's checkout.

    Raises:
        UnexpectedEndError: a step did not go as told.
    """
    story.begin("Renaming an output that another team reads", "story", cores)
    story.tell(
        "All layers are up. The compute team thinks that `validator_invoke_arn` should be called "
        "`validator_integration_arn`, and api-edge reads it.",
    )
    story.run("tapstack", "up", "--yes", says="api-edge", show=19)
    _rename_at_once(story)
    _add(story)
    _move(story)
    _remove(story)
    story.tell_times()


def _rename_at_once(story: Story) -> None:
    story.tell("## The wrong way: rename it", "The contract and the program that fills it, in one change:")
    new = _OLD.replace("invoke", "integration")
    story.edit(_CONTRACT, _OLD, new)
    story.edit(_PROGRAM, _OLD_MADE, _NEW_MADE)
    story.tell("The team's own tests say no before anything is deployed:")
    story.run("nox", "-s", "test-compute", status=1, says="`compute.validator_invoke_arn` is read by api-edge", show=3)
    story.tell("So does the check of contracts, which is a part of `nox -s lint`:")
    story.run("tapstack", "contracts", "--quiet", status=2, says="add the new field beside it", show=3)
    story.tell("Who tries to deploy it all the same is told which deployed stack would miss it:")
    story.run("tapstack", "up", "compute", "--yes", status=1, says="is read by api-edge@local", show=2)
    story.tell("Nothing was changed. They take it back.")
    for file, now, before in ((_CONTRACT, new, _OLD), (_PROGRAM, _NEW_MADE, _OLD_MADE)):
        path = story.checkout.root / file
        path.write_text(path.read_text(encoding="utf-8").replace(now, before), encoding="utf-8")


def _add(story: Story) -> None:
    story.tell("## Step 1: compute's team adds the new field beside the old")
    added = "    validator_integration_arn: Output[Arn] = output()\n"
    story.edit(_CONTRACT, _OLD, _OLD + added)
    story.edit(_PROGRAM, _OLD_MADE, _OLD_MADE + _NEW_MADE)
    story.run("tapstack", "generate", "contracts", says="wrote shared/tapstack/contracts/snapshots/compute.json")
    story.commit("Export the validator's integration ARN")
    story.run("tapstack", "plan", "--since", "HEAD~1", says="output validator_integration_arn is new")
    story.run("tapstack", "up", "compute", "--yes", says="compute", show=1)


def _move(story: Story) -> None:
    story.tell(
        "## Step 2: api-edge's team moves to it, on its own day", "It takes the new field, and says so in the contract:"
    )
    story.edit("projects/api-edge/routes.py", "compute.validator_invoke_arn", "compute.validator_integration_arn")
    added = "    validator_integration_arn: Output[Arn] = output()\n"
    story.edit(_CONTRACT, _OLD + added, _OLD_UNREAD + added.replace("output()", 'output(read_by=["api-edge"])'))
    story.run("tapstack", "generate", "contracts", says="wrote shared/tapstack/contracts/snapshots/compute.json")
    story.commit("Call the validator by its integration ARN")
    story.tell("The value is the same, so no resource changes; the stack only says anew what it reads:")
    story.run("tapstack", "up", "api-edge", "--yes", says="api-edge", show=1)


def _remove(story: Story) -> None:
    story.tell("## Step 3: compute's team removes the old field, which nobody reads")
    story.edit(_CONTRACT, _OLD_UNREAD, "")
    story.edit(_PROGRAM, _OLD_MADE, "")
    story.run("tapstack", "generate", "contracts", says="wrote shared/tapstack/contracts/snapshots/compute.json")
    story.commit("Export the validator's invoke ARN no more")
    story.run("tapstack", "up", "compute", "--yes", says="compute", show=1)
    story.run("tapstack", "drift", says="api-edge as it should be", show=4)
