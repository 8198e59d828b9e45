"""ACM: certificates."""

from collections.abc import Iterator

from check import check
from resources import Resource


@check("ACM.2", "aws:acm/certificate:Certificate", next_step="set key_algorithm to RSA_2048 or stronger")
def key_length(certificate: Resource) -> Iterator[str]:
    """No certificate has a short RSA key."""
    if certificate.get("keyAlgorithm") == "RSA_1024":
        yield "its key has 1,024 bits"
