"""Who works on an account: the identity that AWS itself tells, and the time by AWS's clock."""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any


@dataclass(frozen=True)
class Caller:
    """Whose credentials a command is run with.

    Attributes:
        arn: of the IAM user, or of the session of a role.
        at: when STS said so, in milliseconds, to the second: this machine's clock may be wrong.
    """

    arn: str
    at: int


def caller_of(sts: Any) -> Caller:
    """Ask STS, which answers everybody (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).

    Args:
        sts: its client.
    """
    answer = sts.get_caller_identity()
    told = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return Caller(f"{answer['Arn']}", int(told.timestamp() * 1000))
