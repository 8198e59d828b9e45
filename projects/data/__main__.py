"""The data layer: settings, the parts, the export."""

from alerts import make_alerts_topic
from key import make_key
from queues import make_queues
from settings import DataSettings
from tables import make_tables
from tapstack.contracts.data import DataContract
from tapstack.contracts.types import Arn, Name, Url
from tapstack.program.opening import open_layer

settings = DataSettings.load()
names = open_layer("data", settings)

key = make_key(names, settings)
tables = make_tables(names, settings, key)
queues = make_queues(names, settings, key)
alerts = make_alerts_topic(names, settings, key)

DataContract(
    key_arn=Arn.of(key.arn),
    merchants_table_name=Name.of(tables.merchants.name),
    merchants_table_arn=Arn.of(tables.merchants.arn),
    transactions_table_name=Name.of(tables.transactions.name),
    transactions_table_arn=Arn.of(tables.transactions.arn),
    transactions_stream_arn=Arn.of(tables.transactions.stream_arn),
    velocity_table_name=Name.of(tables.velocity.name),
    velocity_table_arn=Arn.of(tables.velocity.arn),
    deliveries_table_name=Name.of(tables.deliveries.name),
    deliveries_table_arn=Arn.of(tables.deliveries.arn),
    notifications_queue_url=Url.of(queues.notifications.url),
    notifications_queue_arn=Arn.of(queues.notifications.arn),
    notifications_queue_name=Name.of(queues.notifications.name),
    notifications_dead_letter_queue_url=Url.of(queues.notifications_dead_letters.url),
    notifications_dead_letter_queue_arn=Arn.of(queues.notifications_dead_letters.arn),
    notifications_dead_letter_queue_name=Name.of(queues.notifications_dead_letters.name),
    stream_failures_queue_url=Url.of(queues.stream_failures.url),
    stream_failures_queue_arn=Arn.of(queues.stream_failures.arn),
    stream_failures_queue_name=Name.of(queues.stream_failures.name),
    alerts_topic_arn=Arn.of(alerts.arn),
).export(settings.environment_suffix)
