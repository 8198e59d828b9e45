"""What the api-edge layer promises, to operators and merchants; no layer comes after it."""

from pulumi import Output

from tapstack.contracts.contract import OPERATORS, Contract, output
from tapstack.contracts.types import ApiKey, Arn, Name, NamesByTier, Url


class ApiEdgeContract(Contract, layer="api-edge", version=1):
    """The API as merchants and operators see it."""

    api_url: Output[Url] = output()
    """The API's URL, by its own domain name where it has one, without a trailing slash."""
    transactions_url: Output[Url] = output(read_by=[OPERATORS])
    rest_api_id: Output[Name] = output()
    stage_name: Output[Name] = output(read_by=[OPERATORS])
    """The environment's suffix."""
    usage_plan_ids: Output[NamesByTier] = output(read_by=[OPERATORS])
    """The tiers that merchants' API keys are put in."""
    api_key_name_prefix: Output[Name] = output(read_by=[OPERATORS])
    """What the names of merchants' API keys begin with; merchant and label follow, each after a dot."""
    probe_api_key: Output[ApiKey] = output(read_by=[OPERATORS], secret=True)
    """The API key of the environment's own merchant, for smoke runs."""
    web_acl_arn: Output[Arn] = output()
    dashboard_url: Output[Url] = output()
