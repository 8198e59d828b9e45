"""What the compute layer promises."""

from pulumi import Output

from tapstack.contracts.contract import OPERATORS, Contract, output
from tapstack.contracts.types import Arn, Name


class ComputeContract(Contract, layer="compute", version=1):
    """The functions, by their `live` alias: a new version behind it changes nothing for the layers after."""

    alias_name: Output[Name] = output(read_by=["api-edge", OPERATORS])
    validator_function_name: Output[Name] = output(read_by=["api-edge", OPERATORS])
    validator_alias_arn: Output[Arn] = output()
    validator_invoke_arn: Output[Arn] = output(read_by=["api-edge"])
    """What an API Gateway integration calls to reach the alias."""
    fraud_detector_function_name: Output[Name] = output(read_by=["api-edge", OPERATORS])
    fraud_detector_alias_arn: Output[Arn] = output(read_by=[OPERATORS])
    notifier_function_name: Output[Name] = output(read_by=["api-edge", OPERATORS])
    notifier_alias_arn: Output[Arn] = output()
