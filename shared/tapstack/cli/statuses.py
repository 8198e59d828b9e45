"""The exit statuses, the same for every verb."""

import signal
from typing import Final

DONE: Final = 0
ERROR: Final = 1
FOUND: Final = 2
"""The verb did its work and found something: drift, a contract that breaks, something that is left to do."""
USAGE: Final = 64
"""The command line is wrong; `EX_USAGE` of sysexits.h, so that it is never taken for something found."""
INTERRUPTED: Final = 128 + signal.SIGINT
PIPE_CLOSED: Final = 128 + signal.SIGPIPE
