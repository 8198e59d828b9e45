"""The notifier: tells merchants of decisions by signed webhooks."""
