"""The AWS that an environment's stacks are in: sessions with its own credentials, or with those of this shell."""

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    NoCredentialsError,
    ProfileNotFound,
)

from tapstack.console.errors import UserError
from tapstack.engine.environment import Environment

_PLACE: Final = re.compile(r"arn:[^:]+:[^:]+:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):")


class Aws:
    """Clients of one environment's AWS, each made when it is first used; they may be used side by side."""

    def __init__(self, environment: Environment, arns: Callable[[], Iterable[str]]) -> None:
        """Find where it answers; nothing is asked yet.

        Args:
            environment: whose.
            arns: gives the ARNs of things that the environment has in AWS; the first with region and account in it
                counts, and texts that are no ARN do not.

        Raises:
            UserError: it does not answer.
        """
        self._environment = environment
        self._endpoint = environment.aws_endpoint()
        self._arns = arns
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, str | None], Any] = {}
        # Making a session or a client is not safe in several threads at once.
        self._lock = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of a service, by boto3's name for it.

        Args:
            service: such as `dynamodb`.
            region: another one than the environment's.

        Raises:
            UserError: there are no credentials in this shell, its AWS settings cannot be read, they are of another
                account, where an environment of the same name may well be, or nothing says which account it is.
        """
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]

    def _make(self, service: str, region: str | None) -> Any:
        if self._endpoint:
            return self._endpoint.client(service)
        self._session = self._session or self._open()
        make: Callable[..., Any] = self._session.client
        return make(service, region_name=region)

    def _open(self) -> boto3.Session:
        stack = self._environment.name
        place = next(filter(None, map(_PLACE.match, self._arns())), None)
        if place is None:
            raise UserError(f"nothing in stack {stack!r} says which account and region it is in")
        account = place["account"]
        try:
            session = boto3.Session(region_name=place["region"])
            mine = session.client("sts").get_caller_identity()["Account"]
        except NoCredentialsError as error:
            raise UserError(
                f"stack {stack!r} is in account {account}, and this shell has no AWS credentials; "
                "set AWS_PROFILE, or log in"
            ) from error
        except (ProfileNotFound, ConfigParseError, ConfigNotFound) as error:
            raise UserError(
                f"stack {stack!r} is in account {account}, and the AWS settings of this shell are of no use: "
                f"{error}; correct AWS_PROFILE or ~/.aws/config"
            ) from error
        except (ClientError, BotoCoreError) as error:
            raise UserError(
                f"stack {stack!r} is in account {account}, and AWS does not say who this shell is: {error}; "
                "log in again"
            ) from error
        if mine != account:
            raise UserError(
                f"stack {stack!r} is in account {account}, and the credentials of this shell are of account "
                f"{mine}; take those of {account}"
            )
        return session


def caller_account(environment: Environment) -> str:
    """Tell whose account the credentials are for that the environment's AWS is asked with; empty for none."""
    endpoint = environment.aws_endpoint()
    try:
        # STS answers alike in all regions: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        client = endpoint.client("sts") if endpoint else boto3.Session(region_name="us-east-1").client("sts")
        return f"{client.get_caller_identity()['Account']}"
    except (BotoCoreError, ClientError):
        return ""


def tells_place(arn: str) -> bool:
    """Tell whether a text is an ARN with a region and an account in it."""
    return _PLACE.match(arn) is not None
