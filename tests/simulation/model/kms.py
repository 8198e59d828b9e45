"""KMS's client: encrypting and decrypting under one key, with an encryption context."""

import json
from collections.abc import Mapping
from typing import Any, Final

from simulation.model.errors import check_parameters, client_error, exceptions
from simulation.model.faults import Faults

Answer = dict[str, Any]

_LONGEST_PLAINTEXT: Final = 4_096


class Kms:
    """The client. A ciphertext is the same for the same key, context and plaintext, as chance has no place here."""

    def __init__(self, key_arn: str, faults: Faults) -> None:
        """Make the key.

        Args:
            key_arn: its name.
            faults: the gate.
        """
        self.exceptions = exceptions("InvalidCiphertextException", "NotFoundException")
        self._key_arn = key_arn
        self._faults = faults
        self._held: dict[bytes, tuple[str, bytes]] = {}

    def encrypt(self, **request: Any) -> Answer:
        """Encrypt up to 4 KiB."""
        check_parameters("kms", "Encrypt", request, "KeyId Plaintext EncryptionContext")

        def apply() -> Answer:
            if request["KeyId"] != self._key_arn:
                raise client_error("Encrypt", "NotFoundException", f"Key '{request['KeyId']}' does not exist")
            if not 0 < len(request["Plaintext"]) <= _LONGEST_PLAINTEXT:
                raise client_error("Encrypt", "ValidationException", "Plaintext is not of a length that is allowed")
            return {"CiphertextBlob": self.put(request["Plaintext"], request.get("EncryptionContext", {}))}

        return self._faults.gate("kms", "Encrypt", apply)

    def put(self, plaintext: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt without a call."""
        under = _written(context)
        known = (blob for blob, held in self._held.items() if held == (under, plaintext))
        blob = next(known, b"ciphertext-%d" % len(self._held))
        self._held[blob] = under, plaintext
        return blob

    def decrypt(self, **request: Any) -> Answer:
        """Decrypt, under the same context alone."""
        check_parameters("kms", "Decrypt", request, "CiphertextBlob EncryptionContext KeyId")

        def apply() -> Answer:
            under, plaintext = self._held.get(request["CiphertextBlob"], (None, b""))
            if under != _written(request.get("EncryptionContext", {})):
                raise client_error("Decrypt", "InvalidCiphertextException", "")
            return {"KeyId": self._key_arn, "Plaintext": plaintext}

        return self._faults.gate("kms", "Decrypt", apply)


def _written(context: Mapping[str, str]) -> str:
    return json.dumps(context, sort_keys=True)
