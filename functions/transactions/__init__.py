"""The domain: card transactions, merchants, decisions and webhooks. It knows no event of AWS Lambda."""
