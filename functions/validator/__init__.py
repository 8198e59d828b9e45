"""The validator: takes transactions from the API, writes each one once, and reads them back."""
