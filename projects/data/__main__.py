"""The data layer: settings, the parts, the export."""

from alerts import make_alerts_topic
from key import make_key
from queues import make_queues
from settings import DataSettings
from tables import make_tables
from tapstack.contracts import DataContract
from tapstack.program import open_layer
from webhook_secrets import make_webhook_secrets

settings = DataSettings.load()
names = open_layer("data", settings)

key = make_key(names, settings)
tables = make_tables(names, settings, key)
queues = make_queues(names, settings, key)
alerts = make_alerts_topic(names, settings, key)
secrets = make_webhook_secrets(names, settings, key)

DataContract(
    key_arn=key.arn,
    merchants_table_name=tables.merchants.name,
    merchants_table_arn=tables.merchants.arn,
    transactions_table_name=tables.transactions.name,
    transactions_table_arn=tables.transactions.arn,
    transactions_stream_arn=tables.transactions.stream_arn,
    velocity_table_name=tables.velocity.name,
    velocity_table_arn=tables.velocity.arn,
    notifications_queue_url=queues.notifications.url,
    notifications_queue_arn=queues.notifications.arn,
    notifications_queue_name=queues.notifications.name,
    notifications_dead_letter_queue_url=queues.notifications_dead_letters.url,
    notifications_dead_letter_queue_arn=queues.notifications_dead_letters.arn,
    notifications_dead_letter_queue_name=queues.notifications_dead_letters.name,
    stream_failures_queue_url=queues.stream_failures.url,
    stream_failures_queue_arn=queues.stream_failures.arn,
    stream_failures_queue_name=queues.stream_failures.name,
    alerts_topic_arn=alerts.arn,
    merchant_ids=sorted(settings.merchants),
    webhook_secret_prefix=secrets.prefix,
    webhook_secret_arns=secrets.arns,
).export(settings.environment_suffix)
