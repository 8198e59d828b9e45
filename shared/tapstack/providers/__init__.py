"""Stand-in Pulumi providers: `aws` and `random` against the local emulator, with the checks of the real ones.

They are test equipment. They check names, types and presence of inputs from the SDK's metadata and AWS's own order of
things (`preconditions`); they do not check the values AWS would refuse, quotas, permissions or propagation delays.
"""

from collections.abc import Mapping


def state_only_types() -> Mapping[str, str]:
    """Tell what the emulator cannot hold or reads back wrongly, and the state alone therefore holds.

    Returns:
        Resource type (`aws:ec2/flowLog:FlowLog`) to a one-line reason.
    """
    # Whoever only asks a row of a table should not wait for the SDK.
    from tapstack.providers.tables import ROWS  # noqa: PLC0415

    return {token: row.state_only_reason for token, row in ROWS.items() if row.state_only_reason}
