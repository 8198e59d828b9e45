"""Secrets Manager's client: reading and writing secrets."""

from collections.abc import Callable
from typing import Any

from simulation.model.errors import check_parameters, client_error, exceptions
from simulation.model.faults import Faults

Answer = dict[str, Any]


class SecretsManager:
    """The client."""

    def __init__(self, arn_prefix: str, faults: Faults) -> None:
        """Begin without secrets.

        Args:
            arn_prefix: what the secrets' ARNs begin with.
            faults: the gate.
        """
        self.exceptions = exceptions("ResourceNotFoundException")
        self._arn_prefix = arn_prefix
        self._faults = faults
        self._versions: dict[str, list[str]] = {}

    def put(self, name: str, value: str) -> None:
        """Make a secret, or give it another value, without a call."""
        self._versions.setdefault(name, []).append(value)

    def get_secret_value(self, **request: Any) -> Answer:
        """Read the current value of a secret."""
        check_parameters("secretsmanager", "GetSecretValue", request, "SecretId")

        def apply() -> Answer:
            described = self._described("GetSecretValue", request["SecretId"])
            return {**described, "SecretString": self._versions[request["SecretId"]][-1]}

        return self._call("GetSecretValue", apply)

    def put_secret_value(self, **request: Any) -> Answer:
        """Give a secret another value."""
        check_parameters("secretsmanager", "PutSecretValue", request, "SecretId SecretString")

        def apply() -> Answer:
            self._described("PutSecretValue", request["SecretId"])
            self.put(request["SecretId"], request["SecretString"])
            return self._described("PutSecretValue", request["SecretId"])

        return self._call("PutSecretValue", apply)

    def _call(self, operation: str, apply: Callable[[], Answer]) -> Answer:
        return self._faults.gate("secretsmanager", operation, apply)

    def _described(self, operation: str, name: str) -> Answer:
        if name not in self._versions:
            message = "Secrets Manager can't find the specified secret."
            raise client_error(operation, "ResourceNotFoundException", message)
        version = f"version-{len(self._versions[name]):024d}"
        return {
            "ARN": f"{self._arn_prefix}{name}",
            "Name": name,
            "VersionId": version,
            "VersionStages": ["AWSCURRENT"],
        }
