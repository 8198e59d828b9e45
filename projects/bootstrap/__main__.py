"""The bootstrap of an environment: settings, the parts, the exports."""

import pulumi

from boundary import make_boundary
from identity_provider import make_identity_provider
from key import make_key
from roles import make_roles
from settings import BootstrapSettings
from state_bucket import make_state_bucket
from tapstack.layers import BOOTSTRAP
from tapstack.program.opening import open_project

settings = BootstrapSettings.load()
names = open_project(BOOTSTRAP, settings)

key = make_key(names, settings)
bucket = make_state_bucket(names, settings, key)
identity_provider_arn = make_identity_provider(settings)
boundary = make_boundary(names)
roles = make_roles(names, settings, bucket, key, identity_provider_arn)

pulumi.export("state_bucket", bucket.bucket)
pulumi.export("backend_url", bucket.url)
pulumi.export("key_alias", key.alias.name)
pulumi.export("secrets_provider", key.secrets_provider)
pulumi.export("permissions_boundary", boundary.name)
pulumi.export("deploy_role_arns", {layer: role.arn for layer, role in roles.deploy.items()})
pulumi.export("drift_role_arns", {layer: role.arn for layer, role in roles.drift.items()})
pulumi.export("smoke_role_arn", roles.smoke.arn)
pulumi.export("operator_role_arn", roles.operator.arn if roles.operator else None)
pulumi.export("preview_role_arns", {layer: role.arn for layer, role in roles.preview.items()})
