"""The one exception that a command turns into a line on stderr."""


class DeliveryError(Exception):
    """Something the user can act on: the message names the thing, the value and the next step."""
