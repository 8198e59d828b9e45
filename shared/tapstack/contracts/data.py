"""What the data layer promises."""

from pulumi import Output

from tapstack.contracts.contract import OPERATORS, Contract, output
from tapstack.contracts.types import Arn, Name, Url


class DataContract(Contract, layer="data", version=1):
    """Tables, queues, the alerts topic, and the key that encrypts them."""

    key_arn: Output[Arn] = output(read_by=["compute", "api-edge", OPERATORS])
    merchants_table_name: Output[Name] = output(read_by=["compute", "api-edge", OPERATORS])
    merchants_table_arn: Output[Arn] = output(read_by=["compute"])
    transactions_table_name: Output[Name] = output(read_by=["compute", "api-edge", OPERATORS])
    transactions_table_arn: Output[Arn] = output(read_by=["compute"])
    transactions_stream_arn: Output[Arn] = output(read_by=["compute"])
    velocity_table_name: Output[Name] = output(read_by=["compute", "api-edge", OPERATORS])
    velocity_table_arn: Output[Arn] = output(read_by=["compute"])
    deliveries_table_name: Output[Name] = output(read_by=["compute", OPERATORS])
    deliveries_table_arn: Output[Arn] = output(read_by=["compute"])
    notifications_queue_url: Output[Url] = output(read_by=["compute", OPERATORS])
    notifications_queue_arn: Output[Arn] = output(read_by=["compute"])
    notifications_queue_name: Output[Name] = output(read_by=["api-edge"])
    notifications_dead_letter_queue_url: Output[Url] = output(read_by=["compute", OPERATORS])
    notifications_dead_letter_queue_arn: Output[Arn] = output(read_by=["compute"])
    notifications_dead_letter_queue_name: Output[Name] = output(read_by=["api-edge"])
    stream_failures_queue_url: Output[Url] = output(read_by=[OPERATORS])
    stream_failures_queue_arn: Output[Arn] = output(read_by=["compute"])
    stream_failures_queue_name: Output[Name] = output(read_by=["api-edge"])
    alerts_topic_arn: Output[Arn] = output(read_by=["compute", "api-edge"])
