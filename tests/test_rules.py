"""Every rule is documented, unique, and named as its file is."""

from __future__ import annotations

import re
import string

import pytest
from conftest import FIXTURES

from inspector.engine.explain import _DAMAGE_RULES
from inspector.report.rule_text import rule_text
from inspector.rules.registry import codes, rule, rules
from inspector.terms.errors import UsageError


@pytest.mark.parametrize("code", codes())
def test_rule_is_documented_and_named_by_the_convention(code):
    declared = rule(code)
    assert declared.code == code
    assert re.fullmatch(r"[A-Z]{3}\d{3}", code)
    assert codes()[code].endswith(f"{code.lower()}_{declared.name.replace('-', '_')}")
    assert all([declared.message, declared.what, declared.why, declared.fix])
    assert f"# {code} {declared.name}" in rule_text(declared)


@pytest.mark.parametrize("declared", rules(), ids=lambda declared: declared.code)
def test_templates_parse(declared):
    for template in (declared.message, declared.fix):
        assert all(re.fullmatch(r"\w*", name or "") for _, name, _, _ in string.Formatter().parse(template))


def test_names_are_unique():
    names = [declared.name for declared in rules()]
    assert len(names) == len(set(names))


def test_every_damage_has_its_rule():
    assert set(_DAMAGE_RULES.values()) <= set(codes())


def test_codes_that_loaders_use_exist():
    sources = (FIXTURES.parent / "inspector" / "loaders").rglob("*.py")
    used = {code for path in sources for code in re.findall(r'"((?:KER|OPS|SMD|INT)\d{3})"', path.read_text())}
    assert used
    assert used <= set(codes())


def test_unknown_code_is_a_usage_error():
    with pytest.raises(UsageError, match="XYZ999"):
        rule("XYZ999")
