"""`tapstack local`."""

import click

from tapstack.cli.parameters import WholeNumber, takes_json


@click.command
@click.option("--port", type=WholeNumber("port", 1, 65535), metavar="PORT", help="The emulator's.  [default: free]")
@click.option("--suffix", help="environmentSuffix of the layers.  [default: local]")
@click.option("--real-provider", is_flag=True, help="Deploy through the genuine AWS plugin, not the stand-in.")
@takes_json
def command(*, port: int | None, suffix: str | None, real_provider: bool, as_json: bool) -> int:
    """Bring up all layers on this machine and send transactions through them.

    The lane stays up. With --json the summary is one JSON object.
    """
    from tapstack.cli.actions.local import local

    return local(port=port, suffix=suffix, real_provider=real_provider, as_json=as_json)
