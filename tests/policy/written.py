"""Every policy that the programs write, found in their states by the types of resources that hold one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from policy.evaluation import Policy

Kind = Literal["identity", "trust", "resource", "endpoint"]

HOLDERS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"policy": "endpoint"},
    "aws:iam/policy:Policy": {"policy": "identity"},
    "aws:iam/role:Role": {"assumeRolePolicy": "trust"},
    "aws:iam/rolePolicy:RolePolicy": {"policy": "identity"},
    "aws:kms/key:Key": {"policy": "resource"},
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": "resource"},
    "aws:sns/topicPolicy:TopicPolicy": {"policy": "resource"},
    "aws:sqs/queuePolicy:QueuePolicy": {"policy": "resource"},
}
"""Type to the properties with a policy, and of which kind it is."""
OTHERS: Final = frozenset(
    {
        # What CloudWatch Logs masks: data identifiers, no principals or actions.
        ("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "policyDocument"),
        # What was written by the resources of their own above, as the service tells it.
        ("aws:s3/bucket:Bucket", "policy"),
        ("aws:sns/topic:Topic", "policy"),
        ("aws:sqs/queue:Queue", "policy"),
    }
)
"""Properties that hold statements and are not to be judged."""


@dataclass(frozen=True)
class Written:
    """A policy and who has it."""

    kind: Kind
    of: str
    policy: Policy


def written(resources: Iterable[Mapping[str, Any]]) -> Iterator[Written]:
    """Find the policies of resources.

    Raises:
        LookupError: a property holds statements, and nothing says of which kind.
    """
    for resource in resources:
        for name, value in (resource.get("outputs") or {}).items():
            if not isinstance(value, str) or '"Statement"' not in value or (resource["type"], name) in OTHERS:
                continue
            kind = HOLDERS.get(resource["type"], {}).get(name)
            if kind is None:
                raise LookupError(f"{name} of {resource['type']} holds statements; name it in HOLDERS or OTHERS")
            of = f"{resource['type'].rpartition(':')[2]} {resource['urn'].rpartition('::')[2]}"
            yield Written(kind, of, json.loads(value))
