"""API keys: one per merchant, bound to it in the merchants table by the key's hash."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import Output

from settings import ApiEdgeSettings
from tapstack.contracts.data import DataContract
from tapstack.program.errors import UpstreamError
from tapstack.program.naming import Names
from tapstack.program.outputs import mapping
from transactions.agreed.tables import API_KEY_MERCHANT, KEY, api_key_id


@dataclass(frozen=True)
class ApiKeys:
    """The keys by merchant."""

    by_merchant: Mapping[str, aws.apigateway.ApiKey]

    @property
    def ids(self) -> Output[Mapping[str, str]]:
        """Merchant id to API key id."""
        return mapping({merchant: key.id for merchant, key in self.by_merchant.items()})

    @property
    def values(self) -> Output[Mapping[str, str]]:
        """Merchant id to API key; secret."""
        return mapping({merchant: key.value for merchant, key in self.by_merchant.items()})


def require_known_merchants(settings: ApiEdgeSettings, data: DataContract) -> None:
    """Refuse merchants that could submit transactions and never be told of them.

    Raises:
        UpstreamError: the data layer has no webhook secret for a merchant of this layer.
    """
    if unknown := sorted(settings.merchants.keys() - set(data.merchant_ids)):
        raise UpstreamError(
            f"setting merchants names {', '.join(unknown)}, for which layer 'data' has no webhook secret; add to its "
            "setting merchants and deploy it first, or take away here: pulumi config rm --path merchants."
            f"{unknown[0]}"
        )


def make_api_keys(names: Names, settings: ApiEdgeSettings, data: DataContract) -> ApiKeys:
    """Make the keys and their bindings.

    API Gateway tells the validator which key was used by the key itself, so the table maps a hash of it to the
    merchant: whoever reads the table learns no key.
    """
    by_merchant = {}
    for merchant in sorted(settings.merchants):
        key = aws.apigateway.ApiKey(
            merchant, name=names(f"merchant-{merchant}"), description=f"Submits transactions of merchant {merchant}"
        )
        aws.dynamodb.TableItem(
            f"key-of-{merchant}",
            table_name=data.merchants_table_name,
            hash_key=KEY,
            item=Output.json_dumps({KEY: {"S": key.value.apply(api_key_id)}, API_KEY_MERCHANT: {"S": merchant}}),
        )
        by_merchant[merchant] = key
    return ApiKeys(by_merchant)
