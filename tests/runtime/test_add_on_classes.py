"""Classes of packages beside Keras: where a class comes from, and what counts once its module is imported."""

from __future__ import annotations

import pytest

from inspector.runtime.add_on_classes import imported_objects, packages_with_class
from inspector.runtime.catalog.add_on_classes_build import facts_of


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("Addons>NoSuch", None),
        ("Addons>WeightNormalization", "tensorflow-addons"),
        ("WeightNormalization", "tensorflow-addons"),
        ("KerasLayer", "tensorflow-hub"),
        ("keras_nlp>TransformerEncoder", "keras-nlp"),
        ("NoSuchClass", None),
    ],
)
def test_where_a_class_comes_from(name, package):
    assert (package in packages_with_class(name)) if package else packages_with_class(name) == ()


def test_importing_counts_where_the_package_is_installed():
    names = {o.registered_name for o in imported_objects(["tensorflow_addons"], {"tensorflow-addons": "0.23.0"})}
    assert "Addons>WeightNormalization" in names
    assert imported_objects(["tensorflow_addons"], {}) == ()
    assert imported_objects([], {"tensorflow-addons": "0.23.0"}) == ()


@pytest.mark.parametrize(("version", "known"), [("0.23.0", True), ("0.22.0", False)])
def test_constructors_are_told_of_recorded_releases_only(version, known):
    found = imported_objects(["tensorflow_addons"], {"tensorflow-addons": version})
    (wrapper,) = (o for o in found if o.registered_name == "Addons>WeightNormalization")
    assert (wrapper.parameters is not None) is known
    assert wrapper.required == (("layer",) if known else ())


def test_what_a_package_imports_in_turn_stays_with_its_own_package():
    record = {"name": "A", "module": "one.layers", "kind": "layer", "parameters": {}, "kwargs": False}
    other = {"name": "B", "module": "two.layers", "kind": "layer"}
    document = {
        "imports": [{"module": "one", "package": "pkg-one", "error": None}],
        "packages": {"pkg-one": "1.0"},
        "keras": {"root": "keras.src", "registered": {"one>A": record}, "subclasses": [other]},
    }
    release, facts = facts_of(document)
    assert release == "pkg-one==1.0"
    assert facts == {"class/A": [record | {"registered_name": "one>A"}], "module/one": ["two"]}
