"""The compute layer: settings, upstream contracts, the parts, the export."""

from concurrency import require_concurrency
from fraud_detector_function import make_fraud_detector
from notifier_function import make_notifier
from settings import ComputeSettings
from sweeps import make_sweeps
from tapstack.contracts.compute import ComputeContract
from tapstack.contracts.data import DataContract
from tapstack.contracts.network import NetworkContract
from tapstack.contracts.types import Arn, Name
from tapstack.program.opening import open_layer
from validator_function import make_validator

settings = ComputeSettings.load()
network = NetworkContract.read(settings.environment_suffix)
data = DataContract.read(settings.environment_suffix)
names = open_layer("compute", settings)
require_concurrency(settings)

validator = make_validator(names, settings, network, data)
fraud_detector = make_fraud_detector(names, settings, network, data)
notifier = make_notifier(names, settings, network, data)
make_sweeps(names, notifier)

ComputeContract(
    alias_name=Name.of(validator.alias.name),
    validator_function_name=Name.of(validator.function.name),
    validator_alias_arn=Arn.of(validator.alias.arn),
    validator_invoke_arn=Arn.of(validator.alias.invoke_arn),
    fraud_detector_function_name=Name.of(fraud_detector.function.name),
    fraud_detector_alias_arn=Arn.of(fraud_detector.alias.arn),
    notifier_function_name=Name.of(notifier.function.name),
    notifier_alias_arn=Arn.of(notifier.alias.arn),
).export(settings.environment_suffix)
