"""The one exception of the operators' commands that becomes a line on stderr."""


class OperatorError(Exception):
    """Something the operator can act on: the message names the thing, the value and the next step."""
