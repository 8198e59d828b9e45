"""`tapstack generate`."""

import click


@click.command
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing, and name the files that differ.")
def command(*, names: tuple[str, ...], check: bool) -> int:
    """Write the files that are made from code.

    Without a NAME, all that are made at once: settings (keys in the stacks' settings), manifests (each Pulumi.yaml),
    settings-page, rules, controls and emulators-page (pages of docs/ on settings, on what the lane refuses, on controls
    and on the emulator's patches), openapi, contracts (their snapshots, unless a change breaks a reader),
    published-contracts (for other repositories), github (workflows and code owners), transaction (its picture). By NAME
    also layers (the picture, of a lane that is up), story (the page on renaming an output), network-story (that on
    replacing the network), life (that on a layer's life), tour (that on reviews, cards and settings), integrating (a
    merchant's page), card-numbers (its figures), benchmarks (what the functions cost) and capacity (how many
    transactions a second they take).

    With --check the status is 2 when a file differs.
    """
    from tapstack.cli.actions.generate import generate

    return generate(names, check=check)
