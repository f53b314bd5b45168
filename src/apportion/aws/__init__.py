"""AWS in and out, through boto3, which is the extra `apportion[aws]`."""

from apportion.model.errors.base import NoBoto3Error

try:
    import boto3  # noqa: F401 - whether it is there is asked once, for every file of this room
except ModuleNotFoundError as error:
    raise NoBoto3Error from error
