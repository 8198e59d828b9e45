"""The product's name, as accounts, merchants and pipelines see it.

Whoever makes the product theirs changes it here and runs `tapstack generate`: resources, Pulumi projects, roles, the
problems' URNs, the webhooks' user agent and the settings' files follow. Functions and programs both import it, so it
lies among the functions. The Python packages and the command keep their names.
"""

from typing import Final

PRODUCT: Final = "tapstack"
