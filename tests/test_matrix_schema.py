"""The JSON of a matrix follows its published schema, and the schema says something."""

from __future__ import annotations

import json

import jsonschema
import pytest
from conftest import CLASSIC, FIXTURES

import inspector

SCHEMA = json.loads((FIXTURES.parent / "docs" / "schema" / "matrix-1.0.json").read_text())
MODELS = ("tf2.15.1/cnn", "tf2.21.0/cnn.keras", "tf2.15.1/my_custom_layer.h5")
# What loads somewhere, fails elsewhere; a loader that is none of the format's own.
LOADERS = {"tf2.15.1/cnn": ("tf.saved_model.load", "keras.models.load_model")}


def printed(model):
    found = inspector.matrix(inspector.read(str(CLASSIC / model)), loaders=LOADERS.get(model, ()))
    return json.loads(json.dumps(found.to_dict()))


@pytest.fixture(scope="module", params=MODELS)
def said(request):
    return printed(request.param)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_matrix_follows_its_schema(said):
    jsonschema.validate(said, SCHEMA)
    assert sum(said["counts"].values()) == len(said["runtimes"]) >= 100


def outcome(said):
    return next(iter(said["runtimes"][0]["verdicts"].values()))


BROKEN = [
    lambda said: said.pop("counts"),
    lambda said: said["runtimes"][0].update(verdict="maybe"),
    lambda said: said["runtimes"][0].update(keras_flavour="jax"),
    lambda said: outcome(said).update(verdict="loads", error={"type": "E", "message": ""}),
    lambda said: outcome(said).update(verdict="fails", error=None),
    lambda said: outcome(said).update(verdict="unknown", error=None, gaps=[]),
    lambda said: outcome(said).update(findings=["no code"]),
]


@pytest.mark.parametrize("damage", BROKEN)
def test_the_schema_refuses_another_shape(damage):
    said = printed(MODELS[2])
    damage(said)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said, SCHEMA)
