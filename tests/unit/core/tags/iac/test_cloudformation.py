"""Templates of CloudFormation, SAM and CDK are checked at their lines."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.iac.check import check_declared
from apportion.core.tags.iac.cloudformation import read_template
from apportion.core.tags.iac.resource_type_tables import template_types, terraform_types
from infra_gallery import judge

TAGS = "[{Key: CostCenter, Value: CX}, {Key: Project, Value: a}, {Key: Environment, Value: prod}]"


def told(text: str) -> list[str]:
    read = read_template(dedent(text), file="t.yaml")
    assert read is not None
    declared, findings = read
    every = [*findings, *check_declared(judge(), declared)]
    return [f"{f.code.number} {f.place} {f.subject}" for f in every]


def test_a_template_with_planted_defects() -> None:
    text = f"""\
        AWSTemplateFormatVersion: "2010-09-09"
        Parameters:
          Center: {{Type: String}}
        Resources:
          Good:
            Type: AWS::SQS::Queue
            Properties:
              Tags: {TAGS}
          Lacks:
            Type: AWS::SQS::Queue
            Properties: {{QueueName: q}}
          Spelt:
            Type: AWS::S3::Bucket
            Properties:
              Tags:
                - {{Key: costcenter, Value: CX}}
                - {{Key: Project, Value: !Ref Center}}
                - {{Key: Environment, Value: production}}
          Later:
            Type: AWS::SNS::Topic
            Properties:
              Tags: !If [Prod, [], []]
          Partly:
            Type: AWS::SNS::Topic
            Properties:
              Tags:
                - !Ref Tag
                - {{Key: CostCenter, Value: TBD}}
          Mapped:
            Type: AWS::SSM::Parameter
            Properties:
              Type: String
              Tags: {{CostCenter: CX, Project: !Sub "${{Center}}", Environment: test}}
          Untaggable:
            Type: AWS::SQS::QueuePolicy
            Properties: {{Queues: []}}
          Group:
            Type: AWS::AutoScaling::AutoScalingGroup
            Properties:
              Tags:
                - {{Key: CostCenter, Value: CX, PropagateAtLaunch: false}}
                - {{Key: Project, Value: a, PropagateAtLaunch: true}}
                - {{Key: Environment, Value: prod, PropagateAtLaunch: true}}
          Template:
            Type: AWS::EC2::LaunchTemplate
            Properties:
              LaunchTemplateData:
                TagSpecifications:
                  - ResourceType: instance
                    Tags: {TAGS}
                  - ResourceType: volume
                    Tags: [{{Key: Project, Value: a}}, {{Key: Environment, Value: dev}}]
          Service:
            Type: AWS::ECS::Service
            Properties:
              Tags: {TAGS}
          Quiet:
            Type: AWS::ECS::Service
            Properties:
              PropagateTags: SERVICE
              Tags: {TAGS}
        """
    center, project, environment = "CostCenter", "Project", "Environment"
    assert told(text) == [
        *(f"T041 t.yaml:9 Lacks has no {key}" for key in (center, project, environment)),
        "T041 t.yaml:16 Spelt writes CostCenter as costcenter",
        "T041 t.yaml:16 Spelt has Environment = production",
        "T041 t.yaml:27 Partly has CostCenter = TBD",
        "T041 t.yaml:33 Mapped has Environment = test",
        "T043 t.yaml:41 Group (instances) has no CostCenter",
        "T043 t.yaml:51 Template (volumes) has no CostCenter",
        *(f"T043 t.yaml:56 Service (tasks) has no {key}" for key in (center, project, environment)),
    ]


def test_what_cdk_writes_is_json_and_read_alike() -> None:
    template = {
        "Resources": {
            "Queue4A7E3555": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"Tags": [{"Key": "CostCenter", "Value": "CX"}]},
                "Metadata": {"aws:cdk:path": "Stack/Queue/Resource"},
            }
        }
    }
    message = told(json.dumps(template, indent=2))
    assert [line.split(" ", 2)[2] for line in message] == [
        "Queue4A7E3555 has no Project",
        "Queue4A7E3555 has no Environment",
    ]
    assert message[0].startswith("T041 t.yaml:6")


def test_sam_s_types_are_known() -> None:
    kind = "AWS::Serverless::Function"
    text = f"Resources:\n  F:\n    Type: {kind}\n    Properties: {{Tags: {{env: dev}}}}\n"
    assert "T041 t.yaml:4 F writes Environment as env" in told(text)


@pytest.mark.parametrize(
    "text",
    ["", "a: b", "[]", "Resources: []", "Resources: {a: {Type: x}}", "openapi: 3.0.0\npaths: {}"],
)
def test_what_is_no_template_is_none(text: str) -> None:
    assert read_template(text, file="t") is None


def test_a_template_that_cannot_be_read_is_reported() -> None:
    assert told("Resources:\n  a:\n    Type: AWS::SQS::Queue\n   b: [\n")[0].startswith(
        "T040 t.yaml:"
    )
    assert told("[" * 5_000)[0].startswith("T040")


@given(st.text(alphabet="Resources:TypeAWS::SQS::Queue{}[]!&*- \n\"'Tags", max_size=80))
def test_any_text_is_a_template_or_not(text: str) -> None:
    read_template(f"Resources:\n  a:\n    Type: AWS::SQS::Queue\n{text}", file="t")


def test_the_tables_know_what_can_be_tagged() -> None:
    assert terraform_types()["aws_instance"] == "ec2:instance"
    assert "aws_iam_role_policy_attachment" not in terraform_types()
    assert len(terraform_types()) > 800
    assert template_types()["AWS::RDS::DBInstance"].type == "rds:db"
    assert template_types()["AWS::SSM::Parameter"].mapped
    assert "AWS::SQS::QueuePolicy" not in template_types()
    assert len(template_types()) > 1_100
