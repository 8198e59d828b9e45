"""Which of a layer's outputs a text carries.

The state says that a property came through a StackReference, and not through which output. The output's own value
says it: a property that takes it holds it, as a whole or inside a policy, an ARN, a dashboard.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from tapstack.deploy.graph.deployment import texts

# A shorter value, such as an alias's name, is part of too much else: it counts only where it is the whole text.
_TELLING_LENGTH: Final = 8


class Matcher:
    """Finds a layer's outputs in texts by their values.

    The longest value wins: a stream's ARN begins with its table's and is not the table's. A value counts at the borders
    of a word alone: `…-notifications` is not in `…-notifications-dead-letters`. Secrets and values that are no text
    (a flag, an empty list) are never found.
    """

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        names: defaultdict[str, set[str]] = defaultdict(set)
        for name, value in outputs.items():
            for text in texts(value):
                if text:
                    names[text].add(name)
        self._names = dict(names)
        telling = sorted((text for text in names if len(text) >= _TELLING_LENGTH), key=lambda text: (-len(text), text))
        self._pattern = re.compile("|".join(map(_as_word, telling)) or r"(?!)")

    def outputs_in(self, value: object) -> set[str]:
        """Name the outputs that a property's value holds; outputs of one same value are all named."""
        found: set[str] = set()
        for text in texts(value):
            found |= self._names.get(text) or self._inside(text)
        return found

    def outputs_equal(self, value: object) -> set[str]:
        """Name the outputs that have, as a whole, a text of this value."""
        return {name for text in texts(value) for name in self._names.get(text, ())}

    def _inside(self, text: str) -> set[str]:
        return {name for match in self._pattern.finditer(text) for name in self._names[match[0]]}


def _as_word(text: str) -> str:
    before = r"(?<![\w-])" if re.match(r"[\w-]", text) else ""
    after = r"(?![\w-])" if re.search(r"[\w-]$", text) else ""
    return f"{before}{re.escape(text)}{after}"
