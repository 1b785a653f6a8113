"""What the catalog holds can be made again: each of its releases stands in the tables of `make catalog`."""

from __future__ import annotations

from pathlib import Path

from inspector.runtime.catalog_store import open_store

SCRIPTS = Path(__file__).parents[2] / "fixtures" / "scripts"


def rows(name):
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def test_every_release_has_its_environment():
    assert set(open_store("tensorflow").releases) <= {release for release, *_ in rows("environments.tsv")}


def test_every_add_on_has_its_line():
    lines = {requirements.split()[0] for *_, requirements in rows("add_ons.tsv")}
    assert set(open_store("add_ons").releases) <= lines


def test_add_ons_name_an_environment():
    releases = {release for release, *_ in rows("environments.tsv")}
    assert {release.partition("/")[0] for release, *_ in rows("add_ons.tsv")} <= releases
