"""What an upstream layer would export, handed to a program that is previewed before that layer is deployed.

    tapstack plan ── previews data ── its outputs ──► a file ── TAPSTACK_PREVIEWED_OUTPUTS ──► preview of compute

The engine tells which outputs a preview knows, and masks secrets: no secret is ever in the file. A deployment takes
outputs from the stack alone, and refuses to begin where the variable is set.
"""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import pulumi

from tapstack.program.errors import UpstreamError
from transactions.product import PRODUCT

VARIABLE: Final = f"{PRODUCT.upper()}_PREVIEWED_OUTPUTS"
"""Names the file, for a preview alone."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Previewed:
    """What one layer would export.

    Attributes:
        known: outputs that are new or change, with the value they will have.
        unknown: outputs whose value is made by the deployment.
        secret: those whose value is kept secret, and so is not known either; in no other list.
        unchanged: outputs that stay what the stack exports now, secret ones too.
    """

    known: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    unknown: Sequence[str] = ()
    secret: Sequence[str] = ()
    unchanged: Sequence[str] = ()

    @classmethod
    def of(cls, layer: str) -> Self | None:
        """Find what a layer would export, as the plan that runs this preview says; None where nothing was handed on.

        Raises:
            UpstreamError: this is a deployment, or the file cannot be read.
        """
        file = os.environ.get(VARIABLE)
        if not file:
            return None
        if not pulumi.runtime.is_dry_run():
            raise UpstreamError(
                f"{VARIABLE} hands on what layers would export; a deployment reads what is deployed: unset {VARIABLE}"
            )
        try:
            handed_on = json.loads(Path(file).read_text(encoding="utf-8")).get(layer)
            return None if handed_on is None else cls(**handed_on)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise UpstreamError(
                f"{VARIABLE} names {file}, which holds no outputs of previews ({error}): unset {VARIABLE}, and let "
                f"`{PRODUCT} plan` set it"
            ) from error

    @property
    def names(self) -> frozenset[str]:
        """All outputs."""
        return frozenset({*self.known, *self.unknown, *self.secret, *self.unchanged})


def write(file: Path, layers: Mapping[str, Previewed]) -> None:
    """Write what some layers would export, for `Previewed.of`."""
    file.write_text(json.dumps({name: dataclasses.asdict(layer) for name, layer in layers.items()}), encoding="utf-8")
