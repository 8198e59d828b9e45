"""Two teams make a layer each; one reads the other's, is renamed, and both are taken out again."""

from story.telling import Story

_TABLE = "projects/layers.toml"


def tell(story: Story, *, cores: int) -> None:
    """Tell it on the story's checkout.

    Raises:
        UnexpectedEndError: a step did not go as told.
    """
    story.begin("The life of a layer", "life", cores, "`--lane-only` says that no other backend has their stacks.")
    _make(story)
    _read(story)
    _rename(story)
    _forget(story)
    _remove(story)
    story.tell_times()


def _make(story: Story) -> None:
    story.tell("## Made", "The bookkeepers want a layer of their own:")
    story.run("tapstack", "new-layer", "ledger", "--owner", "@you/books", says="now deploy it into the lane", show=15)
    story.commit("Add the ledger")
    story.run("tapstack", "plan", "ledger", says="ledger")
    story.run("tapstack", "up", "ledger", "--yes", says="create", show=1)


def _read(story: Story) -> None:
    story.tell("## Read by another", "The auditors' layer reads where the ledger's events are kept:")
    story.run("tapstack", "new-layer", "audit", "--reads", "ledger", says="now deploy it into the lane", show=1)
    story.edit(
        "shared/tapstack/contracts/ledger.py",
        "    event_log_name: Output[Name] = output()\n",
        '    event_log_name: Output[Name] = output(read_by=["audit"])\n',
    )
    story.edit(
        "projects/audit/__main__.py",
        "event_log = make_event_log(names, settings)\n",
        "event_log = make_event_log(names, settings)\n"
        'ledger.event_log_name.apply(lambda name: pulumi.log.info(f"reads {name}"))\n',
    )
    story.edit("projects/audit/__main__.py", "from event_log import", "import pulumi\nfrom event_log import")
    story.run("tapstack", "generate", "contracts", says="wrote")
    story.commit("Add the audit, which reads the ledger")
    story.run("tapstack", "up", "audit", "--yes", says="create", show=1)
    story.tell("From here on the ledger is neither taken out nor destroyed under it:")
    story.run(
        "tapstack", "remove-layer", "ledger", "--lane-only", status=1, says="layer 'ledger' is read by audit; nothing"
    )
    story.run("tapstack", "destroy", "ledger", "--yes", status=1, says="ledger is still read by audit@local (1 output)")


def _rename(story: Story) -> None:
    story.tell(
        "## Renamed", "The name of a layer is that of its Pulumi project, so it is renamed while it is up nowhere:"
    )
    story.run("tapstack", "rename-layer", "audit", "record-book", "--lane-only", status=1, says="audit@local is up")
    story.run("tapstack", "destroy", "audit", "--yes", "--accept-data-loss", "audit", says="delete", show=1)
    story.run("tapstack", "rename-layer", "audit", "record-book", "--lane-only", says="look through", show=25)
    story.commit("Call the audit the record book")
    story.run("tapstack", "up", "record-book", "--yes", says="create", show=1)


def _forget(story: Story) -> None:
    story.tell(
        "## Not forgotten",
        "Somebody takes its row out by hand, with all its files, while it is up. Its stack says what it reads, so it "
        "goes on being protected:",
    )
    story.do("-c", "from tapstack.deploy.scaffold import remove; remove('record-book')")
    story.run("tapstack", "plan", "ledger", says="record-book@local is up")
    story.run(
        "tapstack", "destroy", "ledger", "--yes", status=1, says="ledger is still read by record-book@local (1 output)"
    )
    story.run("tapstack", "graph", says="record-book@local is up", show=6)
    story.run("tapstack", "destroy", "record-book", "--yes", "--accept-data-loss", "record-book", says="delete", show=1)
    story.git("checkout", "--quiet", "--", ".")
    story.git("clean", "--quiet", "-d", "--force")


def _remove(story: Story) -> None:
    story.tell("## Taken out", "The one that reads goes first:")
    story.run("tapstack", "remove-layer", "record-book", "--lane-only", says="removed projects/record-book", show=15)
    story.commit("Take the record book out")
    story.run("tapstack", "destroy", "ledger", "--yes", "--accept-data-loss", "ledger", says="delete", show=1)
    story.run("tapstack", "remove-layer", "ledger", "--lane-only", says="removed projects/ledger/__main__.py", show=15)
    story.commit("Take the ledger out")
    story.run("tapstack", "generate", "--check", says="", show=1)
    story.tell("Nothing of either is left: the checkout is what it was before the first of these commands.")
