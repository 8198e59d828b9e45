"""What the api-edge layer promises, to operators and merchants; no layer comes after it."""

from pulumi import Output

from tapstack.contracts.contract import Contract, output
from tapstack.contracts.types import ApiKeysByMerchant, Arn, Name, NamesByMerchant, NamesByTier, Url


class ApiEdgeContract(Contract, layer="api-edge", version=1):
    """The API as merchants and operators see it."""

    api_url: Output[Url] = output()
    """The API's URL, by its own domain name where it has one, without a trailing slash."""
    transactions_url: Output[Url] = output()
    rest_api_id: Output[Name] = output()
    stage_name: Output[Name] = output()
    api_key_ids: Output[NamesByMerchant] = output()
    api_keys: Output[ApiKeysByMerchant] = output(secret=True)
    usage_plan_ids: Output[NamesByTier] = output()
    web_acl_arn: Output[Arn] = output()
    dashboard_url: Output[Url] = output()
