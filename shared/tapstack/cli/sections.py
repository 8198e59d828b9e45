"""The table of verbs, as the help groups them: a new verb is a row here and a module in `commands`."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class Verb(NamedTuple):
    """One row.

    Attributes:
        name: what is typed; its module is called the same, with underscores.
        summary: what it does, in a few words; its command's docstring begins with it.
    """

    name: str
    summary: str

    @property
    def module(self) -> str:
        """The module that says what it takes."""
        return f"tapstack.cli.commands.{self.name.replace('-', '_')}"


class Section(NamedTuple):
    """Verbs that belong together.

    Attributes:
        title: what the help calls them.
        after_interrupt: what is said after a Ctrl-C, beside that it was heard.
        verbs: in the order of the help.
    """

    title: str
    after_interrupt: str
    verbs: Sequence[Verb]


SECTIONS: Final = (
    Section(
        "Lane",
        "run the same command again to go on, or `{down}` to clear up",
        (
            Verb("local", "Bring up all layers on this machine and send transactions through them."),
            Verb("down", "Destroy the lane's layers and stop what runs."),
            Verb("send", "Send transactions and follow each to its decision and webhook."),
            Verb("env", "Print the settings that make `pulumi` by hand work on the lane."),
            Verb("engine", "Find, install or build the Pulumi engine."),
        ),
    ),
    Section(
        "Layers",
        "run the same command again to go on",
        (
            Verb("plan", "Tell what a deployment would change."),
            Verb("up", "Deploy layers in order, or go on after a failure."),
            Verb("destroy", "Delete layers in reverse order."),
            Verb("drift", "Compare state, cloud and program."),
            Verb("prune-versions", "Delete versions of functions that nobody needs."),
            Verb("outputs", "Print the layers' outputs as one JSON object."),
            Verb("graph", "Draw layers, contracts and resources from the state."),
        ),
    ),
    Section(
        "Operations",
        "what was taken from a queue is back in it; run the same command again to go on",
        (
            Verb("smoke", "Send the probe's transactions through a deployed environment."),
            Verb("explain", "Explain a decision, and apply the rules again."),
            Verb("review", "List what is in review, look at it, and approve or decline it."),
            Verb("backtest", "Try settings on the stored history, and write nothing."),
            Verb("logs", "Show what the functions have logged."),
            Verb("merchant", "Add merchants, change and suspend them, rotate their keys and secrets, remove them."),
            Verb("card", "Block or allow a card at a merchant, or mute a rule for it."),
            Verb("label", "Say what transactions turned out to be."),
            Verb("webhook", "See deliveries, deliver again, resume endpoints."),
            Verb("redrive", "Send notifications that could not be delivered again."),
            Verb("reconcile", "Find transactions that are stuck or not told of."),
        ),
    ),
    Section(
        "Checkout",
        "run the same command again to go on",
        (
            Verb("contracts", "Show who reads which output, and what a change breaks."),
            Verb("touched", "Name the layers that use a file which has changed."),
            Verb("new-layer", "Make a new layer."),
            Verb("rename-layer", "Give a layer another name."),
            Verb("remove-layer", "Take a layer out of the checkout."),
            Verb("generate", "Write the files that are made from code."),
        ),
    ),
)

VERBS: Final = {verb.name: verb for section in SECTIONS for verb in section.verbs}


def section_of(name: str) -> Section:
    """Find the section of a verb."""
    return next(section for section in SECTIONS if any(verb.name == name for verb in section.verbs))
