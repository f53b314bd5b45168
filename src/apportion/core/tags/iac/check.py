"""Judges declared resources by the tag policy, as far as the code gives values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from apportion.core.tags.policy.page import example_values
from apportion.core.tags.policy.verdict import NAMED, Judge
from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Code, Finding
from apportion.model.tags.declared import Declared
from apportion.model.tags.tag_policy import Fault, Tagged, TagProblem

from .propagated_tags import INSTANCES, TASKS, VOLUMES

_REMEDIES = {
    INSTANCES: "Set propagate_at_launch = true, or tag_specifications in the launch template.",
    VOLUMES: "Give the volume tags too: volume_tags, tags of the device, or tag_specifications.",
    TASKS: 'Set propagate_tags = "SERVICE", so that tasks carry what the service does.',
}


def check_declared(judge: Judge, declared: Iterable[Declared]) -> list[Finding]:
    """List the problems of each resource's tags, in the order of files and lines."""
    ordered = sorted(declared, key=lambda one: (one.file, one.line, one.name, one.made))
    found = (finding for one in ordered for finding in _findings(judge, one))
    return list(dict.fromkeys(found))


def problems_of(judge: Judge, one: Declared) -> Sequence[TagProblem]:
    """The problems that are certain: a value that is not known yet is not wrong."""
    examples = example_values(judge.policy)
    later = {key for key, value in one.tags if value is None}
    tags = tuple((key, _stand_in(judge, examples, key, value)) for key, value in one.tags)
    verdict = judge.verdict(Tagged(tags, resource_type=one.type))
    unknown = {name for name, (raw, _) in judge.read(tags).items() if raw in later}
    return [problem for problem in verdict.problems if _is_certain(judge, problem, unknown, one)]


def plan_needed(judge: Judge, declared: Iterable[Declared]) -> list[Declared]:
    """List resources of which a mandatory tag, or its value, is known only in a plan."""
    return [one for one in declared if not one.made and _unsure(judge, one)]


def _unsure(judge: Judge, one: Declared) -> bool:
    there = judge.read([(key, value or "x") for key, value in one.tags])
    later = {key for key, value in one.tags if value is None}
    return any(
        there[key.name][0] in later if key.name in there else not one.whole
        for key in judge.policy.keys
        if key.mandatory
    )


def _stand_in(judge: Judge, examples: dict[str, str], key: str, value: str | None) -> str:
    """A right value for one that is not known yet."""
    if value is not None:
        return value
    named = next(iter(judge.read([(key, "x")])), "")
    return examples.get(named, "x")


def _is_certain(judge: Judge, problem: TagProblem, unknown: set[str], one: Declared) -> bool:
    if problem.fault is Fault.MISSING:
        return one.whole
    if problem.fault is Fault.RULE_BROKEN:
        rules = [rule for rule in judge.policy.rules if rule.key == problem.key]
        parts = {problem.key, *(name for rule in rules for name in NAMED.findall(rule.equals))}
        return not parts & unknown
    return problem.fault is Fault.KEY_SPELT or problem.key not in unknown


def _findings(judge: Judge, one: Declared) -> Iterator[Finding]:
    for problem in problems_of(judge, one):
        place = f"{one.file}:{one.line}" if one.line else one.file
        subject = f"{one.name}{f' ({one.made})' if one.made else ''}"
        key = problem.key
        problem_text = {
            Fault.MISSING: f"has no {key}",
            Fault.KEY_SPELT: f"writes {key} as {problem.found}",
        }.get(problem.fault, f"has {key} = {problem.found}")
        meant = problem.meant if problem.fault is not Fault.KEY_SPELT else key
        yield Finding(
            _code(problem, one),
            place,
            f"{subject} {problem_text}",
            expected=meant or problem.expected,
            remedy=_remedy(one, problem),
        )


def _code(problem: TagProblem, one: Declared) -> Code:
    if one.made:
        return codes.NOT_PROPAGATED
    if _without_provider(one, problem):
        return codes.KNOWN_BY_CALLER
    return codes.CODE_WRONG if problem.mandatory else codes.CODE_OPTIONAL


def _without_provider(one: Declared, problem: TagProblem) -> bool:
    return problem.fault is Fault.MISSING and not one.defaulted


def _remedy(one: Declared, problem: TagProblem) -> str:
    if one.made:
        return _REMEDIES.get(one.made, "")
    if _without_provider(one, problem):
        return f"Check the folder that calls this module, or add `--tag {problem.key}=VALUE`."
    if problem.fault is Fault.MISSING and one.kind.startswith("aws_"):
        return f"Add {problem.key} to its tags, or to default_tags of the provider."
    return ""
