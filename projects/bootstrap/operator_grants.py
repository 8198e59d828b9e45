"""What the role of operators may do: what their commands call, on the environment's own things.

    merchant                      the merchants table, API keys and their places in usage plans, KMS for what is theirs
    explain, webhook              transactions, velocity and deliveries; the notifications queue
    review                        the same, transactions written and their indexes of reviews
    redrive, reconcile            the queues of what failed, the fraud-detector's alias
    logs                          the functions' log groups
    smoke                         what the role of smoke runs may do

A merchant's webhook secret it encrypts and never decrypts; what it has made and not printed yet, it does.
"""

from collections.abc import Sequence
from typing import Final

import smoke_grants
from grants import Condition, Grant, own
from state_grants import read_outputs
from tapstack.account_names import merchants_project
from transactions.agreed.encryption import HAND_OVER, PURPOSE_CONDITION, WEBHOOK_SECRET
from transactions.agreed.tables import MERCHANT_REVIEWS_INDEX, REVIEWS_INDEX

_API: Final = "arn:{partition}:apigateway:{region}::"
_TABLE: Final = "arn:{partition}:dynamodb:{region}:{account}:table/{prefix}"
_QUEUE: Final = "arn:{partition}:sqs:{region}:{account}:{prefix}"
_FUNCTION: Final = "arn:{partition}:lambda:{region}:{account}:function:{prefix}"
_KEYS: Final = ["arn:{partition}:kms:{region}:{account}:key/*"]
_OF_DATA: Final = own("data")["StringEquals"]


def _of_merchants(kind: str) -> Condition:
    project, environment = f"{kind}/Project", f"{kind}/Environment"
    return {"StringEquals": {project: merchants_project(), environment: "{environment}"}}


STATE: Final[Sequence[Grant]] = read_outputs("data", "compute", "api-edge")

GRANTS: Final[Sequence[Grant]] = [
    Grant(
        ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan"],
        [f"{_TABLE}merchants"],
    ),
    Grant(
        [
            "dynamodb:BatchGetItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
        [f"{_TABLE}transactions"],
    ),
    Grant(
        ["dynamodb:Query"], [f"{_TABLE}transactions/index/{name}" for name in (REVIEWS_INDEX, MERCHANT_REVIEWS_INDEX)]
    ),
    Grant(["dynamodb:GetItem"], [f"{_TABLE}velocity"]),
    Grant(["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"], [f"{_TABLE}deliveries"]),
    Grant(["dynamodb:Query"], [f"{_TABLE}deliveries/index/*"]),
    Grant(["sqs:SendMessage"], [f"{_QUEUE}notifications", f"{_QUEUE}stream-failures"]),
    Grant(
        ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
        [f"{_QUEUE}notifications-dead-letters", f"{_QUEUE}stream-failures"],
    ),
    Grant(
        ["lambda:GetFunctionConfiguration"],
        [f"{_FUNCTION}{name}{alias}" for name in ("validator", "fraud-detector", "notifier") for alias in ("", ":*")],
    ),
    Grant(["lambda:InvokeFunction"], [f"{_FUNCTION}fraud-detector:*"]),
    Grant(
        ["logs:FilterLogEvents"],
        [
            f"arn:{{partition}}:logs:{{region}}:{{account}}:log-group:/aws/lambda/{{prefix}}{name}:*"
            for name in ("validator", "fraud-detector", "notifier")
        ],
    ),
    # Tables and queues are encrypted with the data layer's key, and its services ask KMS in the caller's name.
    Grant(
        ["kms:Decrypt", "kms:GenerateDataKey"],
        _KEYS,
        {
            "StringEquals": {
                **_OF_DATA,
                "kms:ViaService": ["dynamodb.{region}.amazonaws.com", "sqs.{region}.amazonaws.com"],
            }
        },
    ),
    Grant(
        ["kms:Encrypt"],
        _KEYS,
        {"StringEquals": {**_OF_DATA, PURPOSE_CONDITION: [HAND_OVER, WEBHOOK_SECRET]}},
    ),
    Grant(["kms:Decrypt"], _KEYS, {"StringEquals": {**_OF_DATA, PURPOSE_CONDITION: HAND_OVER}}),
    # API Gateway lists the keys of all environments or none.
    Grant(["apigateway:GET"], [f"{_API}/apikeys", f"{_API}/usageplans"]),
    Grant(["apigateway:POST"], [f"{_API}/apikeys"], _of_merchants("aws:RequestTag")),
    Grant(["apigateway:PUT"], [f"{_API}/tags/*"], _of_merchants("aws:RequestTag")),
    Grant(["apigateway:DELETE"], [f"{_API}/apikeys/*"], _of_merchants("aws:ResourceTag")),
    Grant(
        ["apigateway:DELETE", "apigateway:GET", "apigateway:POST"],
        [f"{_API}/usageplans/*/keys", f"{_API}/usageplans/*/keys/*"],
        own("api-edge"),
    ),
    *(grant for grant in smoke_grants.PROBE if grant not in smoke_grants.THROUGH_SERVICES),
]
