"""The errors a program ends with: one clear message on the engine's console, no traceback."""

import pulumi


class SettingError(pulumi.RunError):
    """A stack setting has a value the layer cannot work with."""


class NamingError(pulumi.RunError):
    """A resource name breaks the naming rules."""


class ContractError(pulumi.RunError):
    """A layer exports or reads something other than the contract says."""


class UpstreamError(pulumi.RunError):
    """A layer this one reads is not deployed, or exports something other than its contract."""


class PackagingError(pulumi.RunError):
    """A function's code or its dependencies cannot be put into a package."""
