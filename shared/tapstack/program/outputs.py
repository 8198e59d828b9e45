"""Outputs put together to the shapes that contracts promise."""

from collections.abc import Mapping

from pulumi import Input, Output


def mapping(values: Mapping[str, Input[str]]) -> Output[Mapping[str, str]]:
    """Put outputs that stand under names into one output; without any it is the empty mapping."""
    # Without arguments `Output.all` is a list.
    return Output.all(**values) if values else Output.from_input({})
