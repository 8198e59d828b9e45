"""The compute layer: settings, upstream contracts, the parts, the export."""

from fraud_detector_function import make_fraud_detector
from notifier_function import make_notifier
from settings import ComputeSettings
from tapstack.contracts import ComputeContract, DataContract, NetworkContract
from tapstack.program import open_layer
from validator_function import make_validator

settings = ComputeSettings.load()
network = NetworkContract.read(settings.environment_suffix)
data = DataContract.read(settings.environment_suffix)
names = open_layer("compute", settings)

validator = make_validator(names, settings, network, data)
fraud_detector = make_fraud_detector(names, settings, network, data)
notifier = make_notifier(names, settings, network, data)

ComputeContract(
    alias_name=validator.alias.name,
    validator_function_name=validator.function.name,
    validator_alias_arn=validator.alias.arn,
    validator_invoke_arn=validator.alias.invoke_arn,
    fraud_detector_function_name=fraud_detector.function.name,
    fraud_detector_alias_arn=fraud_detector.alias.arn,
    notifier_function_name=notifier.function.name,
    notifier_alias_arn=notifier.alias.arn,
).export(settings.environment_suffix)
