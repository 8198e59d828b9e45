"""`tapstack plan`."""

from pathlib import Path

import click

from tapstack.cli.parameters import require_one_layer, takes_at, takes_json, takes_layers, takes_since, takes_stack


@click.command
@takes_layers
@takes_since
@takes_at
@takes_json
@click.option("--markdown", is_flag=True, help="Print Markdown, for a pull request.")
@click.option(
    "--save",
    "saved",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save all that would be written, as digests: `up --plan FILE` deploys that, or nothing.",
)
@takes_stack
def command(
    *,
    stack: str,
    layers: tuple[str, ...],
    since: str | None,
    at: str | None,
    as_json: bool,
    markdown: bool,
    saved: Path | None,
) -> int:
    """Tell what a deployment would change.

    Layer by layer, in the order they deploy, from real previews. The status is 2 when the plan could not be carried
    out.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other", click.get_current_context())
    if saved and at:
        raise click.UsageError(
            "--save keeps the plan of this checkout; leave --at out, or check the revision out",
            click.get_current_context(),
        )
    require_one_layer(layers, since, at)
    from tapstack.cli.actions.plan import plan

    return plan(stack, layers, since=since, at=at, as_json=as_json, markdown=markdown, saved=saved)
