"""GitHub as a provider of identities: workflows prove who they are by a token, and no long-lived key is anywhere."""

from typing import Final

import pulumi_aws as aws
from pulumi import Output

from settings import BootstrapSettings

HOST: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"


def make_identity_provider(settings: BootstrapSettings) -> Output[str]:
    """Make the provider, or find the account's own where something else made it.

    Returns:
        Its ARN.
    """
    if settings.manage_identity_provider:
        # Without thumbprints AWS checks GitHub's certificate against its own list of authorities.
        return aws.iam.OpenIdConnectProvider("github", url=f"https://{HOST}", client_id_lists=[AUDIENCE]).arn
    return Output.from_input(aws.iam.get_open_id_connect_provider(url=f"https://{HOST}").arn)
