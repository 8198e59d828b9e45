"""What EC2 refuses of networks and what hangs together in them."""

from typing import Final

from tapstack.providers.rules.ec2 import addresses, dependants, endpoints, routes, security_groups

RULES: Final = (
    *addresses.RULES,
    *security_groups.RULES,
    *routes.RULES,
    *endpoints.RULES,
    *dependants.RULES,
)
