"""The api-edge layer: settings, upstream contracts, the parts, the export."""

from account import make_account
from alarms import make_alarms
from api_keys import make_api_keys, require_known_merchants
from dashboard import make_dashboard
from deployment import make_deployment
from firewall import make_firewall
from gateway_responses import make_gateway_responses
from rest_api import make_rest_api
from routes import make_routes
from settings import ApiEdgeSettings
from stage import make_stage
from tapstack.contracts import ApiEdgeContract, ComputeContract, DataContract
from tapstack.program import open_layer
from usage_plans import make_usage_plans

settings = ApiEdgeSettings.load()
data = DataContract.read(settings.environment_suffix)
compute = ComputeContract.read(settings.environment_suffix)
require_known_merchants(settings, data)
names = open_layer("api-edge", settings)

api = make_rest_api(names)
routes = make_routes(names, api, compute)
gateway_responses = make_gateway_responses(api)
deployment = make_deployment(api, routes, gateway_responses)
account = make_account(names, settings)
stage = make_stage(names, settings, data, api, deployment, account)
keys = make_api_keys(names, settings, data)
plans = make_usage_plans(names, settings, stage, keys)
web_acl = make_firewall(names, settings, data, stage)
dashboard = make_dashboard(names, data, compute, stage, web_acl)
make_alarms(names, data, compute, stage)

ApiEdgeContract(
    api_url=stage.url,
    transactions_url=stage.transactions_url,
    rest_api_id=api.id,
    stage_name=stage.stage.stage_name,
    api_key_ids=keys.ids,
    api_keys=keys.values,
    usage_plan_ids=plans,
    web_acl_arn=web_acl.arn,
    dashboard_url=dashboard.url,
).export(settings.environment_suffix)
