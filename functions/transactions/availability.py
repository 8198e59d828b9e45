"""Which errors of AWS say that the same call may go through later: by then the SDK has used up its own attempts."""

from typing import Final

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - botocore's own name

NO_ANSWER: Final = (ConnectionError, HTTPClientError)
"""What botocore raises where nothing answers; whether the call was carried out is not known."""

_THROTTLED: Final = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}
_FIRST_SERVER_ERROR: Final = 500


def is_unavailable(error: Exception) -> bool:
    """Tell whether a service was throttled, failed or did not answer; any other error would come again."""
    if not isinstance(error, ClientError):
        return isinstance(error, NO_ANSWER)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _THROTTLED or status >= _FIRST_SERVER_ERROR
