"""AWS in and out, through boto3, which is the extra `apportion[aws]`."""

from apportion.model.errors.base import NoBoto3Error

try:
    import boto3  # noqa: F401 - checked once, for every file of this package
except ModuleNotFoundError as error:
    raise NoBoto3Error from error
