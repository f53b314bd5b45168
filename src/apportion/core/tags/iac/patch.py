"""Suggests changes of Terraform code for tags that are only spelt otherwise, as a patch.

Code is never rewritten in place: a suggestion is an edit of single words, which is read again, and
offered only if the tags are right afterwards and nothing else changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from posixpath import dirname

from apportion.core.tags.policy.verdict import Judge
from apportion.model.tags.declared import Declared, Edit
from apportion.model.tags.tag_policy import Fault, TagProblem

from .check import problems_of
from .hcl_parser import Block, NotHclError, read_hcl

#: Reads texts again and returns their resources.
Read = Mapping[str, str]


def suggested_edits(
    judge: Judge, declared: Iterable[Declared], texts: Mapping[str, str]
) -> list[Edit]:
    """List the edits that put a spelling right; one place is edited once."""
    found: dict[tuple[str, int], Edit] = {}
    for one in declared:
        if one.edit is None:
            continue
        for problem in problems_of(judge, one):
            for edit in _edits(one, problem, texts):
                found.setdefault((edit.file, edit.start), edit)
    return sorted(found.values(), key=lambda edit: (edit.file, edit.start))


def edited(texts: Mapping[str, str], edits: Sequence[Edit]) -> dict[str, str]:
    """Make the edits, the last of each file first; only texts that change are returned."""
    changed: dict[str, str] = {}
    for edit in sorted(edits, key=lambda one: (one.file, -one.start)):
        text = changed.get(edit.file, texts[edit.file])
        changed[edit.file] = text[: edit.start] + edit.text + text[edit.end :]
    return changed


def sound(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether edited files are HCL of the same blocks, and no attribute came or went."""
    try:
        return all(
            _shape(read_hcl(before[f])) == _shape(read_hcl(text)) for f, text in after.items()
        )
    except NotHclError:
        return False


def patch(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Write a patch that `git apply` takes."""
    parts = []
    for file, text in sorted(after.items()):
        old, new = before[file].splitlines(keepends=True), text.splitlines(keepends=True)
        parts += [*unified_diff(old, new, f"a/{file}", f"b/{file}")]
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in parts
    )


def _edits(one: Declared, problem: TagProblem, texts: Mapping[str, str]) -> Iterator[Edit]:
    if problem.fault is Fault.KEY_SPELT:
        pattern = rf'(?<![\w."-])(")?({re.escape(problem.found)})(")?(?=\s*[=:](?!=))'
        new = problem.key
    elif problem.fault is Fault.VALUE_SPELT:
        key, value = re.escape(problem.key), re.escape(_quoted(problem.found))
        pattern = rf'(?<![\w."-])"?{key}"?\s*[=:]\s*()({value})()'
        new = _quoted(problem.meant)
    else:
        return
    for file, start, end in _places(one, texts):
        matches = list(re.finditer(pattern, texts[file][start:end]))
        if len(matches) == 1:
            yield Edit(file, start + matches[0].start(2), start + matches[0].end(2), new)
            return


def _places(one: Declared, texts: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    """Where the tags of a resource may be written: its own expression, then locals beside it."""
    if one.edit and one.edit[1] > one.edit[0]:
        yield one.file, *one.edit
    folder = dirname(one.file)
    for file in sorted(f for f in texts if dirname(f) == folder and f.endswith((".tf", ".tofu"))):
        try:
            blocks = read_hcl(texts[file]).blocks
        except NotHclError:
            continue
        for block in blocks:
            if block.kind == "locals":
                yield file, block.start, block.end
            for inner in block.inner("default_tags") if block.kind == "provider" else ():
                yield file, inner.start, inner.end


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _shape(block: Block) -> object:
    return (
        block.kind,
        block.labels,
        sorted(block.attributes),
        [_shape(inner) for inner in block.blocks],
    )
