"""The settings of the lane's merchants, written as an operator writes them."""


def write_settings(endpoint: str, table: str, webhooks: str) -> None:
    """Write them."""
    raise NotImplementedError
