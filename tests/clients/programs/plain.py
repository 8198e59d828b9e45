"""Posts the transaction with a Python client: requests, httpx, urllib or aiohttp."""

import asyncio
import json
import sys
import urllib.request

client, url, api_key, idempotency_key, text = sys.argv[1:]
body = json.loads(text)
headers = {"x-api-key": api_key, "Idempotency-Key": idempotency_key}
if client == "requests":
    import requests

    requests.post(url, json=body, headers=headers, timeout=10)
elif client == "httpx":
    import httpx

    httpx.post(url, json=body, headers=headers, timeout=10)
elif client == "urllib":
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers | {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).read()
else:
    import aiohttp

    async def main() -> None:
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
            await answer.read()

    asyncio.run(main())
