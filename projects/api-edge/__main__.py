"""The api-edge layer: settings, upstream contracts, the parts, the export."""

from pulumi import Output

from account import make_account
from alarms import make_alarms
from dashboard import make_dashboard
from deployment import make_deployment
from domain import make_domain
from firewall import make_firewall
from gateway_responses import make_gateway_responses
from probe import make_probe
from rest_api import make_rest_api
from routes import make_routes
from settings import ApiEdgeSettings
from stage import make_stage
from tapstack.contracts.api_edge import ApiEdgeContract
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.data import DataContract
from tapstack.contracts.types import ApiKey, Arn, Name, NamesByTier, Url
from tapstack.program.opening import open_layer
from transactions.agreed.api import COLLECTION_PATH
from usage_plans import make_usage_plans

settings = ApiEdgeSettings.load()
data = DataContract.read(settings.environment_suffix)
compute = ComputeContract.read(settings.environment_suffix)
names = open_layer("api-edge", settings)

domain = make_domain(settings)
api = make_rest_api(names, settings, domain.name if domain else None)
routes = make_routes(names, api, compute)
gateway_responses = make_gateway_responses(api)
deployment = make_deployment(api, routes, gateway_responses)
account = make_account(settings)
stage = make_stage(names, settings, data, api, deployment, account)
url = domain.serve(stage) if domain else stage.url
plans = make_usage_plans(names, settings, stage)
probe = make_probe(names, data, stage)
web_acl = make_firewall(names, settings, data, stage)
dashboard = make_dashboard(names, data, compute, stage, web_acl)
make_alarms(names, settings, data, compute, stage)

ApiEdgeContract(
    api_url=Url.of(url),
    transactions_url=Url.of(Output.concat(url, COLLECTION_PATH)),
    rest_api_id=Name.of(api.id),
    stage_name=Name.of(stage.stage.stage_name),
    usage_plan_ids=NamesByTier.of(plans),
    api_key_name_prefix=Name.of(names("merchant")),
    probe_api_key=ApiKey.of(probe.value),
    web_acl_arn=Arn.of(web_acl.arn),
    dashboard_url=Url.of(dashboard.url),
).export(settings.environment_suffix)
