"""The names under which every layer's stack exports what it says of its contract, beside the contract's own fields."""

from typing import Final

VERSION_OUTPUT: Final = "contract_version"
ENVIRONMENT_OUTPUT: Final = "environment_suffix"
READS_OUTPUT: Final = "contract_reads"
