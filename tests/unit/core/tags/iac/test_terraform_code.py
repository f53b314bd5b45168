"""Terraform code is checked as it stands: what is planted is found, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.core.tags.iac.check import check_declared, plan_needed
from apportion.core.tags.iac.hcl_expressions import NULL, UNKNOWN, Mapped, Texts, Value, evaluate
from apportion.core.tags.iac.hcl_parser import NotHclError, read_hcl, split
from apportion.core.tags.iac.patch import edited, patch, sound, suggested_edits
from apportion.core.tags.iac.terraform_code import Found, read_terraform
from apportion.core.tags.iac.terraform_files import is_terraform, roots
from apportion.sources.terraform import expand
from infra_gallery import GALLERY, judge

WANTED = re.compile(r"(T\d{3})((?: [A-Za-z]+,?)*)")


def texts_of(folder: Path) -> dict[str, str]:
    files = [one for one in folder.rglob("*") if is_terraform(one.name)]
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def found_in(folder: Path, *, expanded: bool = True) -> Found:
    texts = texts_of(folder)
    (root,) = roots(texts)
    return read_terraform(texts, root, expand(folder / root) if expanded else {})


def wanted_in(folder: Path) -> set[tuple[str, str, str]]:
    """What the comments of the files want: place, code and key."""
    wanted = set()
    for file, text in texts_of(folder).items():
        for number, line in enumerate(text.splitlines(), 1):
            _, _, stated = line.partition("# wants ")
            for code, keys in WANTED.findall(stated):
                for key in keys.replace(",", "").split() or [""]:
                    wanted.add((f"{file}:{number}", code, key))
    return wanted


def told(found: Found) -> set[tuple[str, str, str]]:
    keys = [key.name for key in judge().policy.keys]
    stated = {
        (f.place, f.code.number, next(k for k in keys if re.search(rf"\b{k}\b", f.subject)))
        for f in check_declared(judge(), found.declared)
    }
    later = {(f"{one.file}:{one.line}", "T045", "") for one in plan_needed(judge(), found.declared)}
    return stated | later


def wrong(message: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Wrong tags, without those that only a plan shows."""
    return {one for one in message if one[1] != "T045"}


def test_every_planted_defect_is_found_at_its_line_and_nothing_else() -> None:
    wanted = wanted_in(GALLERY / "planted")
    assert len(wanted) > 20
    assert told(found_in(GALLERY / "planted")) == wanted


def test_a_clean_tree_raises_no_alarm() -> None:
    found = found_in(GALLERY / "clean")
    assert len(found.declared) > 8
    assert told(found) == set()


def test_without_the_other_parser_nothing_is_reported_that_is_not_so() -> None:
    """What functions and for_each decide is unknown then; only a count of zero is not seen."""
    clean = told(found_in(GALLERY / "clean", expanded=False))
    (line,) = {place for place, _, _ in wrong(clean)}
    assert "aws_sns_topic" in texts_of(GALLERY / "clean")["envs/prod/main.tf"].splitlines()[79]
    assert line == "envs/prod/main.tf:80"
    alone = told(found_in(GALLERY / "planted", expanded=False))
    assert wrong(alone) - wanted_in(GALLERY / "planted") == set()
    assert len(alone) > 20


def test_modules_from_elsewhere_are_named() -> None:
    assert found_in(GALLERY / "planted").elsewhere == ("terraform-aws-modules/vpc/aws",)


def test_a_module_alone_shows_nothing_of_default_tags() -> None:
    text = 'resource "aws_sqs_queue" "q" { name = "q" }\n'
    found = read_terraform({"main.tf": text}, "", {})
    assert {f.code.number for f in check_declared(judge(), found.declared)} == {"T044"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("backend.tf", 'terraform {\n  backend "s3" {}\n}\n'),
        ("cloud.tf", "terraform {\n  cloud {}\n}\n"),
        ("backend.tf.json", '{"terraform": {"backend": {"s3": {}}}}'),
        ("terraform.tfvars", 'name = "q"\n'),
    ],
)
def test_a_root_without_provider_has_no_default_tags(file: str, text: str) -> None:
    queue = 'resource "aws_sqs_queue" "q" { name = "q" }\n'
    found = read_terraform({"main.tf": queue, file: text}, "", {})
    assert {f.code.number for f in check_declared(judge(), found.declared)} == {"T041"}


def test_a_file_that_is_no_hcl_is_reported_and_the_others_are_read() -> None:
    texts = {"a.tf": "resource {", "b.tf": 'resource "aws_sqs_queue" "q" {}\nprovider "aws" {}'}
    found = read_terraform(texts, "", {})
    assert [str(f)[:14] for f in found.findings] == ["T040 a.tf:1: t"]
    assert [one.name for one in found.declared] == ["aws_sqs_queue.q"]


def test_modules_that_call_each_other_end() -> None:
    text = 'module "b" { source = "../b" }\nlocals { a = local.a }\n'
    other = 'module "a" { source = "../a" }\nresource "aws_sqs_queue" "q" { tags = module.a.x }\n'
    read_terraform({"a/main.tf": text, "b/main.tf": other}, "a", {})


def test_names_that_need_each_other_twice_are_worked_out_once() -> None:
    # Worked out each time they are needed, these would take 2^60 steps and never end.
    body = "".join(f"a{n} = merge(local.a{n + 1}, local.a{n + 1})\n" for n in range(60))
    texts = {"m.tf": f'locals {{\n{body}}}\nresource "aws_sqs_queue" "q" {{ tags = local.a0 }}\n'}
    read_terraform(texts, "", {})


def test_roots_are_folders_that_no_one_calls() -> None:
    call = 'module "m" { source = "../../modules/m" }'
    texts = {"envs/prod/main.tf": call, "envs/dev/main.tf": call, "modules/m/main.tf": ""}
    assert roots(texts) == ["envs/dev", "envs/prod"]
    assert roots({"main.tf": ""}) == [""]


def value_of(expression: str, names: Mapping[str, Value] | None = None) -> Value:
    return evaluate(expression, lambda kind, name, _: (names or {}).get(f"{kind}.{name}", UNKNOWN))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"a"', Texts("a")),
        ('"a ${var.b} c"', Texts("a x c")),
        ('"a ${var.unknown}"', UNKNOWN),
        ('"$${a} \\"q\\" %%{b}"', Texts('${a} "q" %{b}')),
        ("null", NULL),
        ("7", Texts("7")),
        ("lower(\"A\")", Texts("a")),
        ("var.b", Texts("x")),
        ("(var.b)", Texts("x")),
        ("local.m.k", Texts("v")),
        ('local.m["k"]', Texts("v")),
        ("local.m.none", NULL),
        ("data.x.y", UNKNOWN),
        ("{}", Mapped()),
        ("{ a = 1, b : \"2\" }", Mapped({"a": Texts("1"), "b": Texts("2")})),
        ('{ "a b" = var.b # why\n // no\n c = null }', Mapped({"a b": Texts("x"), "c": NULL})),
        ("{ (var.b) = 1 }", Mapped({"x": Texts("1")})),
        ("{ (var.u) = 1 }", Mapped({}, whole=False)),
        ("{ for k, v in var.u : k => v }", Mapped({}, whole=False)),
        ("merge(local.m, { k = 2 })", Mapped({"k": Texts("2")})),
        ("merge({ k = 1 }, var.u)", Mapped({"k": UNKNOWN}, whole=False)),
        ("merge(var.u, { k = 1 })", Mapped({"k": Texts("1")}, whole=False)),
        ("merge(local.m, null)", Mapped({"k": Texts("v")})),
        ("merge(local.l...)", Mapped({}, whole=False)),
        ("var.u ? { a = 1 } : { a = 1 }", Mapped({"a": Texts("1")})),
        ("var.u ? { a = 1, b = 2 } : { a = 3 }", Mapped({"a": UNKNOWN}, whole=False)),
        ("tomap({ a = 1 })", Mapped({"a": Texts("1")})),
        ("somewhat else", UNKNOWN),
        ("", UNKNOWN),
    ],
)  # fmt: skip
def test_values(expression: str, value: Value) -> None:
    names = {"var.b": Texts("x"), "local.m": Mapped({"k": Texts("v")})}
    assert value_of(expression, names) == value


def test_structure_with_places() -> None:
    text = 'a = 1 # c\n/* x */ b "l" m {\n  c = [\n    "}", # }\n  ]\n  d = <<-E\n    }\n  E\n}\n'
    body = read_hcl(text)
    assert body.attributes["a"].expression == "1"
    (block,) = body.blocks
    assert (block.kind, block.labels, block.line) == ("b", ("l", "m"), 2)
    assert block.text("d").startswith("<<-E")
    attribute = block.attributes["c"]
    assert (attribute.line, text[attribute.start : attribute.end]) == (3, attribute.expression)


@pytest.mark.parametrize("text", ["a", "a {", "}", "a = {", '"x" = 1', "a { b { ", "a $ {}"])
def test_what_is_no_hcl_is_reported(text: str) -> None:
    if text == "a = {":
        assert read_hcl(text).attributes["a"].expression == "{"
        return
    with pytest.raises(NotHclError):
        read_hcl(text)


@given(st.text(alphabet='ab={}[]()"$,:?#\n /*<-.', max_size=60))
def test_any_text_is_read_or_reported(text: str) -> None:
    try:
        block = read_hcl(text)
    except NotHclError:
        return
    for attribute in block.attributes.values():
        assert text[attribute.start : attribute.end] == attribute.expression
        value_of(attribute.expression)


@given(st.text(max_size=60))
def test_any_expression_has_a_value_and_parts_are_the_whole(text: str) -> None:
    value_of(text)
    assert ",".join(split(text, ",")) == text


def test_deep_nesting_is_reported() -> None:
    with pytest.raises(NotHclError):
        read_hcl("a {" * 5_000)
    value_of("(" * 5_000 + ")" * 5_000)


def test_spellings_are_put_right_by_a_patch_that_is_read_again() -> None:
    folder = GALLERY / "planted"
    texts = texts_of(folder)
    before = told(found_in(folder))
    edits = suggested_edits(judge(), found_in(folder).declared, texts)
    after = edited(texts, edits)
    assert sound(texts, after)
    again = told(read_terraform({**texts, **after}, "envs/prod", {}))
    places = (("58", "CostCenter"), ("58", "Environment"), ("83", "CostCenter"))
    spelt = {(f"envs/prod/main.tf:{line}", "T041", key) for line, key in places}
    assert spelt <= before
    assert again & spelt == set()
    assert wrong(again) <= before
    comment = "# wants T041 CostCenter; T045"
    lines = [line for line in patch(texts, after).splitlines() if line[:1] in "+-"]
    assert lines == [
        "--- a/envs/prod/main.tf",
        "+++ b/envs/prod/main.tf",
        '-    costcenter  = "FIN-100"',
        '-    Environment = "production"',
        '+    CostCenter  = "FIN-100"',
        '+    Environment = "prod"',
        f'-  tags = merge(var.extra_tags, {{ CostCenter = "finance 100" }}) {comment}',
        f'+  tags = merge(var.extra_tags, {{ CostCenter = "FIN-100" }}) {comment}',
    ]


def test_an_edit_that_breaks_the_code_is_not_sound() -> None:
    text = 'resource "aws_sqs_queue" "q" {\n  tags = { a = "b" }\n}\n'
    assert sound({"m.tf": text}, {"m.tf": text.replace('"b"', '"c"')})
    assert not sound({"m.tf": text}, {"m.tf": text.replace("}", "", 1)})
    assert not sound({"m.tf": text}, {"m.tf": text.replace("tags", "tag")})
