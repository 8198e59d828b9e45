"""GitHub as a provider of identities: workflows prove who they are by a token, and no long-lived key is anywhere.

An account has one provider for an issuer, so its environments share it. The bootstrap of one makes it, the others find
it (`manageIdentityProvider`), and none takes it along when it goes: the others' workflows would be locked out. What a
token lets in is each role's own trust.
"""

from typing import Final

import pulumi
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
        return aws.iam.OpenIdConnectProvider(
            "github",
            url=f"https://{HOST}",
            client_id_lists=[AUDIENCE],
            tags={"Environment": "all"},
            opts=pulumi.ResourceOptions(retain_on_delete=True),
        ).arn
    return Output.from_input(aws.iam.get_open_id_connect_provider(url=f"https://{HOST}").arn)
