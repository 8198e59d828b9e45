"""What others can add to our things, by type: the call that tells, and what of the states accounts for it."""

from typing import Final

from tapstack.deploy.drift.looks import api, data, functions, logs, roles, vpc

LOOKS: Final = (*roles.LOOKS, *vpc.LOOKS, *functions.LOOKS, *logs.LOOKS, *data.LOOKS, *api.LOOKS)
