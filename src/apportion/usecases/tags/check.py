"""Check code by the tag policy: Terraform folders, plans, CloudFormation templates."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from apportion.core.tags.iac.check import check_declared, plan_needed
from apportion.core.tags.iac.cloudformation import read_template
from apportion.core.tags.iac.patch import edited, patch, sound, suggested_edits
from apportion.core.tags.iac.terraform_code import Expanded, read_terraform
from apportion.core.tags.iac.terraform_files import (
    given_files,
    is_code,
    is_terraform,
    roots,
    views,
)
from apportion.core.tags.iac.terraform_overrides import is_override
from apportion.core.tags.iac.terraform_plan import is_plan, read_plan
from apportion.core.tags.policy.json import NotAPolicyError, read_policy_json
from apportion.core.tags.policy.read import read_tag_policy, with_rulebook
from apportion.core.tags.policy.verdict import Judge
from apportion.model.errors.base import FindingsError
from apportion.model.errors.tags import NothingToCheckError, TerraformCodeError
from apportion.model.findings import tags as codes
from apportion.model.findings.finding import Finding
from apportion.model.tags.declared import Declared
from apportion.model.tags.tag_policy import TagPolicy

#: Evaluates a folder's code with its files of values: what each instance of a block holds.
Expand = Callable[[Path, Sequence[str]], Expanded]

_TEMPLATES = (".yaml", ".yml", ".json", ".template")
_PASSED = {".terraform", ".git", "node_modules", ".venv", "cdk.out.cache"}
_LARGEST = 20_000_000
_LATER = "tags from variables, parameters or functions that are known only in a plan"
_ON_APPLY = "tags that are known only after apply"


@dataclass(frozen=True)
class Checked:
    """What was found in code; `patch` puts spellings right."""

    resources: int
    findings: tuple[Finding, ...]
    messages: tuple[str, ...]
    patch: str = ""


def check_code(
    paths: Mapping[str, Path],
    policy: TagPolicy,
    *,
    today: date,
    expand: Expand,
    given: Mapping[str, str],
) -> Checked:
    """Check files and folders, by the names that findings call them.

    `given` are tags that come from outside, as a stack's do.

    Raises NothingToCheckError where a path declares nothing, TerraformCodeError.
    """
    judge = Judge(policy, today=today)
    parts = [_checked(_At(name, path), judge, expand, given) for name, path in paths.items()]
    words = [word for part in parts for word in part.messages]
    count = sum(part.resources for part in parts)
    what = "resource that carries" if count == 1 else "resources that carry"
    return Checked(
        count,
        tuple(finding for part in parts for finding in part.findings),
        (f"{count:,} {what} tags.", *dict.fromkeys(words)),
        "".join(part.patch for part in parts),
    )


def policy_of(path: Path) -> TagPolicy:
    """Read a policy from a file of its own: tags.yaml, or the policy.json that is generated."""
    text = path.read_bytes().decode("utf-8-sig")
    if path.suffix == ".json":
        try:
            return read_policy_json(text)
        except NotAPolicyError as error:
            raise FindingsError([Finding(codes.NOT_READ, str(path), str(error))]) from error
    policy, findings = read_tag_policy(text, name=path.name)
    resolved, more = with_rulebook(policy, None) if policy else (None, [])
    if resolved is None:
        raise FindingsError([*findings, *more])
    return resolved


@dataclass(frozen=True)
class _At:
    """A path, and what it is called."""

    name: str
    path: Path

    def called(self, file: str) -> str:
        """Name a file of the folder; the folder where one stands has no name."""
        folder = self.name.rstrip("/")
        return file if folder in ("", ".") else f"{folder}/{file}"


def _checked(at: _At, judge: Judge, expand: Expand, given: Mapping[str, str]) -> Checked:
    if at.path.is_dir():
        return _folder(at, judge, expand, given)
    found = _document(at.path, at.name)
    if found is None or is_terraform(at.path.name):
        raise NothingToCheckError(at.name)
    declared, findings = found
    return _outcome(judge, declared, [*findings], given)


def _folder(at: _At, judge: Judge, expand: Expand, given: Mapping[str, str]) -> Checked:
    path = at.path
    files = {one.relative_to(path).as_posix(): one for one in _files(path)}
    texts = {name: text_of(one) for name, one in files.items() if is_terraform(name)}
    declared, findings, elsewhere = _terraform(at, texts, expand)
    changed = edited(texts, suggested_edits(judge, declared, texts))
    named = {at.called(name): text for name, text in texts.items()}
    after = {at.called(name): text for name, text in changed.items()}
    offered = patch(named, after) if sound(texts, changed) else ""
    declared = [replace(one, file=at.called(one.file)) for one in declared]
    documents = {name: one for name, one in files.items() if not is_terraform(name)}
    large = [at.called(name) for name, one in documents.items() if one.stat().st_size > _LARGEST]
    for name, one in documents.items():
        document = None if at.called(name) in large else _document(one, at.called(name))
        if document:
            declared += document[0]
            findings += document[1]
    if not texts and not declared and not findings:
        raise NothingToCheckError(at.name)
    outcome = _outcome(judge, declared, findings, given)
    words = (*_elsewhere(elsewhere), *_too_large(large))
    return replace(outcome, patch=offered, messages=(*outcome.messages, *words))


def _terraform(
    at: _At, texts: Mapping[str, str], expand: Expand
) -> tuple[list[Declared], list[Finding], list[str]]:
    """Read every root of a folder."""
    declared: list[Declared] = []
    findings: list[Finding] = []
    elsewhere: list[str] = []
    seen = views(texts)
    for view in seen:
        own = {name: texts[name] for name in sorted(view)}
        for root in roots(own) if any(map(is_code, own)) else []:
            # The other parser knows neither pairs of .tf and .tofu nor overrides.
            plain = len(seen) == 1 and not any(map(is_override, own))
            instances, refused = _expanded(at, root, expand) if plain else ({}, [])
            found = read_terraform(own, root, instances)
            declared += found.declared
            named = [replace(one, place=at.called(one.place)) for one in found.findings]
            findings += named
            if not any(one.code is codes.NOT_READ for one in named):  # said once, with its line
                findings += refused
            elsewhere += found.elsewhere
    return list(dict.fromkeys(declared)), findings, elsewhere


def _expanded(at: _At, root: str, expand: Expand) -> tuple[Expanded, list[Finding]]:
    """Without the other parser, only this parser's values are used: fewer, never others."""
    try:
        folder = at.path / root
        files = given_files(one.name for one in folder.iterdir() if one.is_file())
        return expand(folder, files), []
    except TerraformCodeError as error:
        place = at.called(root) if root else at.name
        return {}, [Finding(codes.NOT_READ, place, str(error).rstrip("."))]


def _outcome(
    judge: Judge, declared: Sequence[Declared], findings: list[Finding], given: Mapping[str, str]
) -> Checked:
    whole = [_with(one, given) for one in declared]
    found = [*findings, *check_declared(judge, whole)]
    later = [
        Finding(
            codes.KNOWN_IN_PLAN,
            f"{one.file}:{one.line}" if one.line else one.file,
            one.name,
            found=_LATER if one.line else _ON_APPLY,
        )
        for one in plan_needed(judge, whole)
    ]
    count = sum(not one.made for one in whole)
    return Checked(count, tuple(dict.fromkeys([*found, *later])), ())


def _with(one: Declared, given: Mapping[str, str]) -> Declared:
    """Put tags from outside under those of a resource; what is launched later gets none."""
    if not given or one.made:
        return one
    own = dict(one.tags)
    return replace(one, tags=tuple({**given, **own}.items()))


def _document(path: Path, file: str) -> tuple[list[Declared], list[Finding]] | None:
    """Read a plan or a template; None where a file is neither."""
    text = text_of(path)
    if path.suffix == ".json":
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError) as error:
            if '"resource_changes"' in text:
                found = str(error) or type(error).__name__
                return [], [
                    Finding(codes.NOT_READ, file, "this plan is not valid JSON", found=found)
                ]
            tree = None
        if is_plan(tree):
            return read_plan(tree, file=file), []
    if "::" not in text:
        return None
    return read_template(text, file=file)


def text_of(path: Path) -> str:
    """Read a file in the encoding that it has: PowerShell's `>` writes plans in UTF-16."""
    content = path.read_bytes()
    return content.decode(json.detect_encoding(content), "replace").removeprefix("\ufeff")


def _files(folder: Path) -> Iterator[Path]:
    """Go through files that may declare something; what others downloaded is passed by."""
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _PASSED)
        for name in sorted(names):
            path = Path(at, name)
            if (is_terraform(name) or path.suffix in _TEMPLATES) and path.is_file():
                yield path


def _elsewhere(sources: Iterable[str]) -> list[str]:
    found = sorted({source for source in sources if source})
    if not found:
        return []
    listed = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    return [f"Modules from elsewhere were not looked into: {listed}. A plan shows their resources."]


def _too_large(files: Sequence[str]) -> list[str]:
    limit = f"{_LARGEST // 1_000_000} MB"
    return [
        f"{file} is larger than {limit} and was not read; name it to check it." for file in files
    ]
