"""The one exception that a command turns into a line on stderr."""


class UserError(Exception):
    """Something the user can act on: the message names the thing, the value and the next step.

    Commands print it without a traceback and exit with 1.
    """
