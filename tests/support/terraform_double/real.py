"""The types that become real in moto's server, so that tests can read what a plan made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from .cloud import Kind, Values


def pairs(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Write tags as most services have them."""
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]


def mapping(tags: list[dict[str, str]]) -> dict[str, str]:
    """Read tags as most services have them."""
    return {tag["Key"]: tag["Value"] for tag in tags}


class Bucket(Kind):
    def made(self, planned: Values) -> Values:
        name, region = planned["bucket"], self._cloud.region
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3 = self._cloud.client("s3")
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else place))
        self.changed(planned, {**planned, "id": name})
        return {"id": name, "arn": f"arn:aws:s3:::{name}"}

    def live(self, kept: Values) -> Values | None:
        try:
            result = self._cloud.client("s3").get_bucket_tagging(Bucket=kept["id"])["TagSet"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return None
            result = []
        return {"tags_all": mapping(result)}

    def changed(self, _prior: Values, planned: Values) -> None:
        self._cloud.client("s3").put_bucket_tagging(
            Bucket=planned["id"], Tagging={"TagSet": pairs(planned["tags_all"])}
        )

    def removed(self, state: Values) -> None:
        self._cloud.client("s3").delete_bucket(Bucket=state["id"])


class BucketPart(Kind):
    """A setting of a bucket, which has a call to put it and one to delete it."""

    put = ""
    delete = ""

    def content(self, planned: Values) -> Values:
        raise NotImplementedError

    def made(self, planned: Values) -> Values:
        call = getattr(self._cloud.client("s3"), self.put)
        call(Bucket=planned["bucket"], **self.content(planned))
        return {"id": planned["bucket"]}

    def changed(self, _prior: Values, planned: Values) -> None:
        self.made(planned)

    def removed(self, state: Values) -> None:
        if self.delete:
            getattr(self._cloud.client("s3"), self.delete)(Bucket=state["bucket"])


class BucketPolicy(BucketPart):
    put, delete = "put_bucket_policy", "delete_bucket_policy"

    def content(self, planned: Values) -> Values:
        return {"Policy": planned["policy"]}


class PublicAccessBlock(BucketPart):
    put, delete = "put_public_access_block", "delete_public_access_block"

    def content(self, planned: Values) -> Values:
        return {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": planned["block_public_acls"],
                "BlockPublicPolicy": planned["block_public_policy"],
                "IgnorePublicAcls": planned["ignore_public_acls"],
                "RestrictPublicBuckets": planned["restrict_public_buckets"],
            }
        }


class Versioning(BucketPart):
    put = "put_bucket_versioning"

    def content(self, planned: Values) -> Values:
        status = planned["versioning_configuration"][0]["status"]
        return {"VersioningConfiguration": {"Status": status}}


class Encryption(BucketPart):
    put, delete = "put_bucket_encryption", "delete_bucket_encryption"

    def content(self, planned: Values) -> Values:
        default = planned["rule"][0]["apply_server_side_encryption_by_default"][0]
        wanted = {"SSEAlgorithm": default["sse_algorithm"]}
        if default.get("kms_master_key_id"):
            wanted["KMSMasterKeyID"] = default["kms_master_key_id"]
        rule = {"ApplyServerSideEncryptionByDefault": wanted}
        return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


class Queue(Kind):
    def made(self, planned: Values) -> Values:
        sqs = self._cloud.client("sqs")
        wanted = {"MessageRetentionPeriod": str(int(planned["message_retention_seconds"]))}
        url = sqs.create_queue(
            QueueName=planned["name"], Attributes=wanted, tags=planned["tags_all"]
        )["QueueUrl"]
        result = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return {"id": url, "url": url, "arn": result["QueueArn"]}

    def live(self, kept: Values) -> Values | None:
        try:
            result = self._cloud.client("sqs").list_queue_tags(QueueUrl=kept["id"])
        except ClientError:
            return None
        return {"tags_all": result.get("Tags", {})}

    def changed(self, _prior: Values, planned: Values) -> None:
        sqs = self._cloud.client("sqs")
        sqs.tag_queue(QueueUrl=planned["id"], Tags=planned["tags_all"])

    def removed(self, state: Values) -> None:
        self._cloud.client("sqs").delete_queue(QueueUrl=state["id"])


class Table(Kind):
    def made(self, planned: Values) -> Values:
        key = planned["hash_key"]
        result = self._cloud.client("dynamodb").create_table(
            TableName=planned["name"],
            BillingMode=planned["billing_mode"],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": a["name"], "AttributeType": a["type"]}
                for a in planned["attribute"]
            ],
            Tags=pairs(planned["tags_all"]),
        )
        return {"id": planned["name"], "arn": result["TableDescription"]["TableArn"]}

    def removed(self, state: Values) -> None:
        self._cloud.client("dynamodb").delete_table(TableName=state["id"])


class Role(Kind):
    def made(self, planned: Values) -> Values:
        result = self._cloud.client("iam").create_role(
            RoleName=planned["name"],
            AssumeRolePolicyDocument=planned["assume_role_policy"],
            Tags=pairs(planned["tags_all"]),
        )["Role"]
        return {"id": planned["name"], "arn": result["Arn"], "unique_id": result["RoleId"]}

    def live(self, kept: Values) -> Values | None:
        try:
            result = self._cloud.client("iam").get_role(RoleName=kept["id"])["Role"]
        except ClientError:
            return None
        return {"tags_all": mapping(result.get("Tags", []))}

    def changed(self, _prior: Values, planned: Values) -> None:
        iam = self._cloud.client("iam")
        iam.tag_role(RoleName=planned["id"], Tags=pairs(planned["tags_all"]))
        iam.update_assume_role_policy(
            RoleName=planned["id"], PolicyDocument=planned["assume_role_policy"]
        )

    def removed(self, state: Values) -> None:
        self._cloud.client("iam").delete_role(RoleName=state["id"])


class RolePolicy(Kind):
    def made(self, planned: Values) -> Values:
        self._cloud.client("iam").put_role_policy(
            RoleName=planned["role"],
            PolicyName=planned["name"],
            PolicyDocument=planned["policy"],
        )
        return {"id": f"{planned['role']}:{planned['name']}"}

    def live(self, kept: Values) -> Values | None:
        try:
            result = self._cloud.client("iam").get_role_policy(
                RoleName=kept["role"], PolicyName=kept["name"]
            )
        except ClientError:
            return None
        document: Any = result["PolicyDocument"]
        same = json.loads(kept["policy"]) == document
        return {"policy": kept["policy"] if same else json.dumps(document)}

    def changed(self, _prior: Values, planned: Values) -> None:
        self.made(planned)

    def removed(self, state: Values) -> None:
        self._cloud.client("iam").delete_role_policy(
            RoleName=state["role"], PolicyName=state["name"]
        )


class Topic(Kind):
    def made(self, planned: Values) -> Values:
        result = self._cloud.client("sns").create_topic(
            Name=planned["name"], Tags=pairs(planned["tags_all"])
        )
        return {"id": result["TopicArn"], "arn": result["TopicArn"]}

    def removed(self, state: Values) -> None:
        self._cloud.client("sns").delete_topic(TopicArn=state["id"])


class LogGroup(Kind):
    def made(self, planned: Values) -> Values:
        logs = self._cloud.client("logs")
        logs.create_log_group(logGroupName=planned["name"], tags=planned["tags_all"])
        days = int(planned["retention_in_days"])
        logs.put_retention_policy(logGroupName=planned["name"], retentionInDays=days)
        return {"id": planned["name"]}

    def removed(self, state: Values) -> None:
        self._cloud.client("logs").delete_log_group(logGroupName=state["id"])


REAL: Mapping[str, type[Kind]] = {
    "aws_cloudwatch_log_group": LogGroup,
    "aws_dynamodb_table": Table,
    "aws_iam_role": Role,
    "aws_iam_role_policy": RolePolicy,
    "aws_s3_bucket": Bucket,
    "aws_s3_bucket_policy": BucketPolicy,
    "aws_s3_bucket_public_access_block": PublicAccessBlock,
    "aws_s3_bucket_server_side_encryption_configuration": Encryption,
    "aws_s3_bucket_versioning": Versioning,
    "aws_sns_topic": Topic,
    "aws_sqs_queue": Queue,
}
