"""The keys that AWS makes for its own services."""

import re
import time
import uuid
from typing import Final

from tapstack.lane.patches.serving import Answer, Request, Service, accepted, module, step_in

_ALIAS: Final = re.compile(r"(arn:[^:]+:kms:[^:]+:\d+:)?alias/aws/(?P<service>[a-z0-9]+)")
_MADE: Final = time.time()


async def _describe_managed_key(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if request.action != "DescribeKey" or answer.status == 200:
        return answer
    if not (alias := _ALIAS.fullmatch(request.document.get("KeyId", ""))):
        return answer
    responses = module("core.responses")
    account, region = responses.get_account_id(), responses.get_region()
    key = f"{uuid.uuid5(uuid.NAMESPACE_URL, '/'.join((account, region, alias['service'])))}"
    return accepted(
        {
            "KeyMetadata": {
                "AWSAccountId": account,
                "Arn": f"arn:aws:kms:{region}:{account}:key/{key}",
                "CreationDate": _MADE,
                "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
                "Description": f"Default key that protects my {alias['service']} data when no other key is defined",
                "Enabled": True,
                "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
                "KeyId": key,
                "KeyManager": "AWS",
                "KeySpec": "SYMMETRIC_DEFAULT",
                "KeyState": "Enabled",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "MultiRegion": False,
                "Origin": "AWS_KMS",
            }
        }
    )


async def _tell_account(request: Request, service: Service) -> Answer:
    answer = await service(request)
    if request.action not in {"CreateKey", "DescribeKey"} or answer.status != 200:
        return answer
    account = module("core.responses").get_account_id()
    return answer.with_document({"KeyMetadata": {"AWSAccountId": account, **answer.document["KeyMetadata"]}})


def tell_accounts() -> None:
    """Say whose a key is."""
    step_in("kms", _tell_account)


def describe_managed_keys() -> None:
    """Describe the key behind a predefined alias."""
    step_in("kms", _describe_managed_key)
