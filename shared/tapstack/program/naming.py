"""Resource names: `<product>-<environment suffix>-<thing>`, with the environment named in one place only.

A name that carries an environment word of its own (`orders-prod`) would be wrong in every other environment. The check
looks at whole words between separators, and `stage` is not among them: in API Gateway a stage is a resource.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from tapstack.program.errors import NamingError
from transactions.product import PRODUCT

ENVIRONMENT_WORDS: Final = frozenset(
    {
        "dev",
        "develop",
        "development",
        "preprod",
        "prod",
        "production",
        "qa",
        "sandbox",
        "staging",
        "test",
        "uat",
    }
)

_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def environment_word(name: str) -> str | None:
    """Find the first word of `name` that names an environment; None where there is none."""
    return next((word for word in _WORD.findall(name) if word.lower() in ENVIRONMENT_WORDS), None)


@dataclass(frozen=True)
class Names:
    """Makes the physical names of one environment.

    Attributes:
        environment_suffix: names the environment.
        entered: what people have named in the settings, such as merchants. A merchant may be called `test-shop`.
    """

    environment_suffix: str
    entered: frozenset[str] = frozenset()

    @property
    def prefix(self) -> str:
        """What every name of this environment begins with, the separator included."""
        return f"{PRODUCT}-{self.environment_suffix}-"

    def __call__(self, thing: str) -> str:
        """Name `thing` in this environment.

        Raises:
            NamingError: `thing` names an environment itself.
        """
        self.refuse_environment_word(thing, thing)
        return f"{self.prefix}{thing}"

    def refuse_environment_word(self, name: str, where: str) -> None:
        """Raise if `name`, apart from this environment's own prefix and what people entered, names an environment.

        Raises:
            NamingError: names the word, and `where` it was found.
        """
        if name == self.environment_suffix:
            return
        of_program = name.replace(self.prefix, "")
        # The longest first: one may be the beginning of another.
        for text in sorted(self.entered, key=len, reverse=True):
            of_program = of_program.replace(text, "")
        if word := environment_word(of_program):
            raise NamingError(
                f"{where}: the name {name!r} has the environment {word!r} written into it; "
                f"build it with names(...) so that environmentSuffix ({self.environment_suffix!r}) decides"
            )

    def check_resource(self, args: pulumi.ResourceTransformationArgs) -> None:
        """Apply the naming rule to a resource that is about to be registered: its logical name and every `…name` input.

        Raises:
            NamingError: names the resource and the property.
        """
        where = f"{args.type_} {args.name!r}"
        self.refuse_environment_word(args.name, where)
        for key, value in _plain_names(args.props).items():
            self.refuse_environment_word(value, f"{where}, property {key}")


def _plain_names(props: Mapping[str, object]) -> dict[str, str]:
    """Pick the inputs that hold a resource's own name and are already plain text."""
    own = ("name", "name_prefix", "bucket", "stage_name", "role_name", "dashboard_name", "identifier")
    return {key: value for key in own if isinstance(value := props.get(key), str)}
