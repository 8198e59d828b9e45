"""The probe: the environment's own merchant, by which `tapstack smoke` sees after a deployment whether all works.

All others are made by operators. This one is there as soon as the API is, and needs nothing that people set up.
"""

from typing import Final

import pulumi_aws as aws
from pulumi import Output

from stage import ServedApi
from tapstack.contracts.data import DataContract
from tapstack.program.naming import Names
from transactions.agreed.probe import PROBE_MERCHANT
from transactions.agreed.tables import API_KEY_MERCHANT, KEY, api_key_id, settings_id
from transactions.attributes import to_item
from transactions.held_settings import HeldSettings
from transactions.probe import SETTINGS

_RATE: Final = 20
_BURST: Final = 40
_REQUESTS_A_MONTH: Final = 200_000
"""Some ten thousand runs; who gets hold of the key can do no more with it."""


def make_probe(names: Names, data: DataContract, served: ServedApi) -> aws.apigateway.ApiKey:
    """Make the probe's API key, bind it, put its settings in force and the key in a usage plan of its own.

    API Gateway tells the validator which key was used by the key itself, so the table maps a hash of it to the
    merchant: whoever reads the table learns no key.
    """
    key = aws.apigateway.ApiKey("probe", name=names("probe"), description="Submits the transactions of smoke runs")
    _make_item(
        "key-of-probe",
        data,
        Output.json_dumps({KEY: {"S": key.value.apply(api_key_id)}, API_KEY_MERCHANT: {"S": PROBE_MERCHANT}}),
    )
    settings = to_item(HeldSettings(SETTINGS).item(settings_id(PROBE_MERCHANT)))
    _make_item("settings-of-probe", data, Output.json_dumps(settings))
    plan = aws.apigateway.UsagePlan(
        "probe",
        name=names("probe"),
        description="What smoke runs may use",
        api_stages=[{"api_id": served.api.id, "stage": served.stage.stage_name}],
        throttle_settings={"rate_limit": _RATE, "burst_limit": _BURST},
        quota_settings={"limit": _REQUESTS_A_MONTH, "period": "MONTH"},
    )
    aws.apigateway.UsagePlanKey("probe", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id)
    return key


def _make_item(name: str, data: DataContract, item: Output[str]) -> None:
    aws.dynamodb.TableItem(name, table_name=data.merchants_table_name, hash_key=KEY, item=item)
