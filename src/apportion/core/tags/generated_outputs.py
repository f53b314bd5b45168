"""The tag policy in the forms that AWS's own services and Cloud Custodian read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from apportion.model.tags.tag_policy import ListedValues, Tagged, TagKey, TagKind, TagPolicy

from .policy.verdict import needs
from .scp.create_actions import actions_of_type
from .scp.value_conditions import asked_values

#: What AWS takes in a tag policy, and how many tags one rule of AWS Config looks at.
TAG_POLICY_LIMIT = 10_000
_TAGS_OF_A_RULE = 6
#: A rule's parameter for values holds so many characters.
_RULE_VALUES = 256

#: Cloud Custodian's names of the types that cost most; others it has under other names still.
_CUSTODIAN = {
    "dynamodb:table": "dynamodb-table", "ec2:instance": "ec2", "ec2:natgateway": "nat-gateway",
    "ec2:snapshot": "ebs-snapshot", "ec2:volume": "ebs", "ecr:repository": "ecr",
    "ecs:service": "ecs-service", "eks:cluster": "eks", "elasticache:cluster": "cache-cluster",
    "elasticfilesystem:file-system": "efs", "elasticloadbalancing:loadbalancer": "app-elb",
    "es:domain": "opensearch", "firehose:deliverystream": "firehose", "glue:job": "glue-job",
    "kafka:cluster": "kafka", "kinesis:stream": "kinesis", "kms:key": "kms-key",
    "lambda:function": "lambda", "logs:log-group": "log-group", "rds:cluster": "rds-cluster",
    "rds:db": "rds", "redshift:cluster": "redshift", "s3:bucket": "s3",
    "sagemaker:endpoint": "sagemaker-endpoint", "secretsmanager:secret": "secrets-manager",
    "sns:topic": "sns", "sqs:queue": "sqs", "states:stateMachine": "step-machine",
}  # fmt: skip


def organizations_tag_policy(policy: TagPolicy, types: Sequence[str]) -> str:
    """Write the tag policy of AWS Organizations, which reports and never denies as written.

    Required tags are reported for the types of the bill, the costliest first; those at the end are
    left out where the policy would be too long.
    """
    kept = [kind for kind in types if actions_of_type().get(kind)]
    while True:
        text = json.dumps(_tag_policy(policy, kept), ensure_ascii=False, separators=(",", ":"))
        if len(text) <= TAG_POLICY_LIMIT or not kept:
            return text + "\n"
        kept.pop()


def config_rules(policy: TagPolicy) -> str:
    """Write the parameters of AWS Config's rule REQUIRED_TAGS, six tags a rule."""
    mandatory = [key for key in policy.keys if key.mandatory and key.mandatory.everywhere]
    groups = [
        mandatory[at : at + _TAGS_OF_A_RULE] for at in range(0, len(mandatory), _TAGS_OF_A_RULE)
    ]
    rules = [
        {"name": f"required-tags-{number}", "source": "REQUIRED_TAGS", "parameters": _rule(group)}
        for number, group in enumerate(groups, start=1)
    ]
    return json.dumps(rules, ensure_ascii=False, indent=2) + "\n"


def activation_list(policy: TagPolicy) -> str:
    """List the keys to activate as cost allocation tags: those of business."""
    keys = [key.name for key in policy.keys if key.kind is TagKind.BUSINESS]
    return json.dumps(keys, ensure_ascii=False, indent=2) + "\n"


def custodian_policies(policy: TagPolicy, types: Sequence[str]) -> str:
    """Write policies for Cloud Custodian that find resources without the tags, and do nothing.

    JSON is YAML: a text in it cannot become anything else.
    """
    keys = [key for key in policy.keys if key.mandatory and key.mandatory.everywhere]
    policies = [
        {
            "name": f"tags-{_CUSTODIAN[kind]}",
            "resource": f"aws.{_CUSTODIAN[kind]}",
            "description": "Resources whose mandatory tags are missing or wrong.",
            "filters": [{"or": [each for key in keys for each in _filters(key)]}],
        }
        for kind in types
        if kind in _CUSTODIAN and keys
    ]
    return json.dumps({"policies": policies}, ensure_ascii=False, indent=2) + "\n"


def _tag_policy(policy: TagPolicy, types: Sequence[str]) -> dict[str, object]:
    tags: dict[str, object] = {}
    for key in policy.keys:
        one: dict[str, object] = {"tag_key": {"@@assign": key.name}}
        exact, globs = asked_values(policy, key.name)
        # A policy's value may hold one star and no question mark.
        values = exact or [glob for glob in globs if glob.count("*") == 1 and "?" not in glob]
        if values and not any("${" in value for value in values):
            one["tag_value"] = {"@@assign": values}
        if key.mandatory and types:
            wanted = [kind for kind in types if _reported(key, kind)]
            one |= {"report_required_tag_for": {"@@assign": wanted}} if wanted else {}
        tags[key.name.lower()] = one
    return {"tags": tags}


def _reported(key: TagKey, kind: str) -> bool:
    mandatory = key.mandatory
    if mandatory is None or mandatory.environments:
        return False  # AWS knows no environments
    return needs(mandatory, "", Tagged((), resource_type=kind))


def _rule(group: Sequence[TagKey]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for number, key in enumerate(group, start=1):
        parameters[f"tag{number}Key"] = key.name
        values = key.values.values if isinstance(key.values, ListedValues) else ()
        names = ",".join(value.name for value in values)
        if names and len(names) <= _RULE_VALUES and not any("," in v.name for v in values):
            parameters[f"tag{number}Value"] = names
    return parameters


def _filters(key: TagKey) -> Iterator[dict[str, object]]:
    yield {f"tag:{key.name}": "absent"}
    if isinstance(key.values, ListedValues):
        values = [value.name for value in key.values.values]
        yield {"type": "value", "key": f"tag:{key.name}", "op": "not-in", "value": values}
