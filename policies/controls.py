"""The controls: what AWS says of them, as data, and two custom ones that Security Hub has none for."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FSBP: Final = "FSBP"
PCI_DSS: Final = "PCI DSS v4.0.1"
_HERE: Final = Path(__file__).parent
_PAGES: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide"


@dataclass(frozen=True)
class Control:
    """One control.

    Attributes:
        id: such as `KMS.4`.
        title: as AWS words it.
        severity: `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`, as AWS rates it.
        standards: the standards that have it, of those that are looked at here.
        link: the page that explains it.
    """

    id: str
    title: str
    severity: str
    standards: tuple[str, ...]
    link: str

    @property
    def service(self) -> str:
        """What AWS files it under, such as `KMS`."""
        return self.id.partition(".")[0]


def _of_aws(table: dict[str, Any]) -> dict[str, Control]:
    services = {name: rows for name, rows in table.items() if isinstance(rows, dict)}
    return {
        f"{service}.{number}": Control(
            f"{service}.{number}",
            row["title"],
            row["severity"],
            tuple(row["standards"]),
            f"{_PAGES}/{service.lower()}-controls.html#{service.lower()}-{number}",
        )
        for service, rows in services.items()
        for number, row in rows.items()
    }


CUSTOM: Final = {
    "Custom.1": Control(
        "Custom.1",
        "CloudWatch log groups should be encrypted with a customer managed key",
        "MEDIUM",
        (),
        "https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-log-group-encrypted.html",
    ),
    "Custom.2": Control(
        "Custom.2",
        "Lambda functions should run signed code alone",
        "MEDIUM",
        (),
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",
    ),
}
"""Controls that Security Hub does not have, with the pages of AWS that recommend them."""

OF_AWS: Final = _of_aws(tomllib.loads((_HERE / "controls.toml").read_text(encoding="utf-8")))
"""Security Hub's controls by id."""
CONTROLS: Final = {**OF_AWS, **CUSTOM}
"""All by id."""
