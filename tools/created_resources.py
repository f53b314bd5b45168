"""Writes the table that finds what a CloudTrail event created, from AWS's own service models.

botocore (Apache-2.0) carries those models: which calls take tags, and where in the answer the ARN
stands. Where it does not tell, BY_HAND does. Run it after an update of botocore:
`python tools/created_resources.py`. Which version was read stands in the table.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import botocore
import botocore.session
from botocore.model import OperationModel, StructureShape

TABLE = Path(__file__).parents[1] / "src" / "apportion" / "core" / "tags" / "tables" / "created.csv"

CREATES = re.compile(
    r"(?:Create|Run|Allocate|Request|Register|Import|Copy|Restore|Launch|Publish|Provision|Put"
    r"|Start|Purchase)(?=[A-Z])"
)
TAGS = {"tags", "tag", "taglist", "tagset", "tagspecifications", "tagsmodel", "hostedzonetags"}
TAGGING = re.compile(r"(?:Batch)?(?:Tag|Untag|AddTags|CreateTags|Put\w*Tagging)")

#: CloudTrail writes the endpoint's prefix; where it writes another word, that.
SOURCES = {"models.lex": "lex", "models-v2-lex": "lexv2", "streams.dynamodb": "dynamodb"}

#: Where the service model does not say where the ARN stands, or none is answered. `?` is what was
#: asked for, `!` what was answered; `[]` goes through a list. Paths as CloudTrail writes them, in
#: any letter case.
_ACCOUNT = "arn:{partition}:%s:{region}:{account}"
BY_HAND = {
    ("apigateway", "CreateRestApi"): "arn:{partition}:apigateway:{region}::/restapis/{!id}",
    ("apigateway", "CreateApi"): "arn:{partition}:apigateway:{region}::/apis/{!apiId}",
    ("athena", "CreateWorkGroup"): _ACCOUNT % "athena" + ":workgroup/{?name}",
    ("cloudformation", "CreateStack"): "{!stackId}",
    ("ec2", "AllocateAddress"): _ACCOUNT % "ec2" + ":elastic-ip/{!allocationId}",
    ("ec2", "CopySnapshot"): _ACCOUNT % "ec2" + ":snapshot/{!snapshotId}",
    ("ec2", "CopyImage"): _ACCOUNT % "ec2" + ":image/{!imageId}",
    ("ec2", "CreateImage"): _ACCOUNT % "ec2" + ":image/{!imageId}",
    ("ec2", "CreateSecurityGroup"): _ACCOUNT % "ec2" + ":security-group/{!groupId}",
    ("ec2", "CreateSnapshot"): _ACCOUNT % "ec2" + ":snapshot/{!snapshotId}",
    ("ec2", "CreateSnapshots"): _ACCOUNT % "ec2" + ":snapshot/{!snapshotSet.items[].snapshotId}",
    ("ec2", "CreateVolume"): _ACCOUNT % "ec2" + ":volume/{!volumeId}",
    ("ec2", "RunInstances"): _ACCOUNT % "ec2" + ":instance/{!instancesSet.items[].instanceId}",
    ("elasticloadbalancing", "CreateLoadBalancer"): (
        "{!loadBalancers[].loadBalancerArn} "
        + _ACCOUNT % "elasticloadbalancing"
        + ":loadbalancer/{?loadBalancerName}"
    ),
    ("elasticmapreduce", "RunJobFlow"): "{!clusterArn} "
    + _ACCOUNT % "elasticmapreduce"
    + ":cluster/{!jobFlowId}",
    ("glue", "CreateCrawler"): _ACCOUNT % "glue" + ":crawler/{?name}",
    ("glue", "CreateJob"): _ACCOUNT % "glue" + ":job/{?name}",
    ("glue", "CreateTrigger"): _ACCOUNT % "glue" + ":trigger/{?name}",
    ("kinesis", "CreateStream"): _ACCOUNT % "kinesis" + ":stream/{?streamName}",
    ("lambda", "CreateFunction"): "{!functionArn}",
    ("logs", "CreateLogGroup"): _ACCOUNT % "logs" + ":log-group:{?logGroupName}",
    ("monitoring", "PutMetricAlarm"): _ACCOUNT % "cloudwatch" + ":alarm:{?alarmName}",
    ("redshift", "CreateCluster"): _ACCOUNT % "redshift" + ":cluster:{?clusterIdentifier}",
    ("route53", "CreateHostedZone"): "arn:{partition}:route53:::hostedzone/{!hostedZone.id}",
    ("s3", "CreateBucket"): "arn:{partition}:s3:::{?bucketName}",
    ("sqs", "CreateQueue"): _ACCOUNT % "sqs" + ":{!queueUrl}",
    ("workspaces", "CreateWorkspaces"): _ACCOUNT % "workspaces"
    + ":workspace/{!pendingRequests[].workspaceId}",
}
#: EC2 answers with an id; the word in its ARN, where it is not the name of what is created.
_EC2_WORDS = {"nat-gateway": "natgateway", "flow-logs": "vpc-flow-log"}


def main() -> None:
    """Write the table."""
    rows: dict[tuple[str, str], dict[str, None]] = {}
    session = botocore.session.get_session()
    for name in session.get_available_services():
        model = session.get_service_model(name)
        source = model.endpoint_prefix
        source = SOURCES.get(source, source).removeprefix("api.")
        for operation in map(model.operation_model, model.operation_names):
            if not _creates_tagged(operation):
                continue
            places = _ec2(operation) if name == "ec2" else _arns(operation)
            for place in places:
                rows.setdefault((source, operation.name), {})[place] = None
    for key, template in BY_HAND.items():
        rows[key] = dict.fromkeys(template.split())
    with TABLE.open("w", encoding="utf-8", newline="") as out:
        out.write(
            f"# From AWS's service models by botocore {botocore.__version__}; "
            "tools/created_resources.py\n"
        )
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("source", "event", "arn"))
        writer.writerows((*key, " ".join(found)) for key, found in sorted(rows.items()))


def _creates_tagged(operation: OperationModel) -> bool:
    shape = operation.input_shape
    if shape is None or not CREATES.match(operation.name) or TAGGING.match(operation.name):
        return False
    return any(name.lower() in TAGS for name in shape.members)


def _arns(operation: OperationModel) -> Iterator[str]:
    """Find where the ARN of what was made stands: the shallowest whose name ends as the call's."""
    if operation.output_shape is None:
        return
    noun = CREATES.sub("", operation.name, count=1).lower()
    found = sorted(_members(operation.output_shape, (), 0), key=lambda one: (len(one), one))
    named = [path for path in found if _fits(path, noun)]
    if chosen := (named or [path for path in found if len(path) == 1])[:1]:
        yield "{!" + ".".join(chosen[0]) + "}"


def _members(shape: StructureShape, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, ...]]:
    for name, member in shape.members.items():
        written = member.serialization.get("name", name)
        if member.type_name == "string" and name.lower().endswith("arn"):
            yield (*path, written)
        elif member.type_name == "structure" and depth < 2:
            yield from _members(member, (*path, written), depth + 1)


def _fits(path: tuple[str, ...], noun: str) -> bool:
    """`Cluster.Arn` and `clusterArn` are a cluster's; `Role.Arn` in its answer is not."""
    word = path[-1].lower().removesuffix("arn") or (path[-2].lower() if len(path) > 1 else noun)
    word = re.sub(
        "(?:summary|detail|details|description|metadata|status|info|properties)$", "", word
    )
    return word in ("", "resource") or noun.endswith(word) or word.endswith(noun)


def _ec2(operation: OperationModel) -> Iterator[str]:
    """Find the id of what was made: `natGateway.natGatewayId`."""
    noun = CREATES.sub("", operation.name, count=1)
    for name, member in (operation.output_shape.members if operation.output_shape else {}).items():
        if member.type_name != "structure" or name.lower() != noun.lower():
            continue
        for inner, shape in member.members.items():
            if inner.lower() == f"{noun.lower()}id":
                word = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", noun).lower()
                path = f"{member.serialization['name']}.{shape.serialization['name']}"
                yield (
                    f"arn:{{partition}}:ec2:{{region}}:{{account}}:"
                    f"{_EC2_WORDS.get(word, word)}/{{!{path}}}"
                )


if __name__ == "__main__":
    main()
