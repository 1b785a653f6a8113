"""Facts of recorded Keras releases: keyed, packed, and asked for as the loader models do."""

from __future__ import annotations

import pytest

from inspector.runtime.catalog.keras_pack import pack, unpack
from inspector.runtime.facts import Rejected
from inspector.runtime.keras_facts import (
    RecordedKeras,
    defined_objects,
    recorded_releases,
    registered_objects,
    release_facts,
)
from inspector.runtime.keras_record import entries
from inspector.runtime.keras_trials import lengthened, shortened
from inspector.terms.runtime import KerasFlavour

MODULE = "keras.src.layers.core.dense"
OBJECT = {"class_name": "Zeros", "config": {}}
UNKNOWN_ONE = ["ValueError", "Unrecognized keyword arguments passed to Dense: {'zz_a': 1}"]
UNKNOWN_TWO = ["ValueError", "Unrecognized keyword arguments passed to Dense: {'zz_a': 1, 'zz_b': 2}"]
NEGATIVE = ["ValueError", "Invalid value for units: [-1]"]
NO_SUCH = ["ValueError", "Could not interpret initializer identifier: zz_unknown"]
MISSING = ["TypeError", f"<class '{MODULE}.Dense'> missing units"]

RECORD = {
    "version": "3.99.0",
    "flavour": "keras3",
    "root": "keras.src",
    "python": "3.11.7",
    "registry": True,
    "modules": ["keras.src", MODULE],
    "tables": {"layer": {"Dense": ["Dense", MODULE], "Fully": ["Dense", MODULE]}, "loss": {"mse": ["squared", "m"]}},
    "texts": [UNKNOWN_ONE, UNKNOWN_TWO, NEGATIVE, NO_SUCH, MISSING],
    "identifiers": {
        "loss/legacy": {"unknown_string": 5, "resolves": ["mse"], "rejects": {"mae": 4}, "unknown_dict": 1}
    },
    "behaviours": {"legacy/sequential_ok": 1, "v3/no_module": 4},
    "registered": {
        "pack>Mine": {
            "name": "Mine",
            "module": "my.layers",
            "kind": "layer",
            "parameters": {"a": True},
            "kwargs": False,
        },
        "keras>Own": {"name": "Own", "module": "keras.src.x", "kind": "layer"},
    },
    "classes": {
        f"{MODULE}.Dense": {
            "name": "Dense",
            "kind": "layer",
            "module": MODULE,
            "exports": ["keras.layers.Dense", "keras.layers.Fully"],
            "symbols": ["keras.layers.Dense"],
            "registered_name": "Dense",
            "parameters": {"units": True, "kernel_initializer": False},
            "kwargs": True,
            "stored": {"legacy": {"class_name": "Dense", "config": {"units": 2, "kernel_initializer": OBJECT}}},
            "trials": {
                "legacy": {
                    "base": 1,
                    "unknown": [2, 3],
                    "without": {"units": 6},
                    "keys": {
                        "units": [[2, 1], [[-1], 4]],
                        "old": 0,
                        "use_bias": 1,
                        "kernel_initializer": [["", 1], ["zz_unknown", 5]],
                    },
                    "order": ["old", "units"],
                },
                "v3": {"base": 4},
            },
        },
    },
}


@pytest.fixture
def keras():
    return RecordedKeras(KerasFlavour.KERAS3, pack({"": entries(RECORD)})[""].get)


@pytest.fixture
def dense(keras):
    return keras.named("Dense", "layer")[0]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("units", 2, True),
        ("units", [-1], Rejected(*NEGATIVE)),
        ("units", [-7], Rejected("ValueError", "Invalid value for units: [-7]")),  # what alike values do
        ("units", "2", False),
        ("old", {"a": 1}, Rejected("ValueError", "Unrecognized keyword arguments passed to Dense: {'old': {'a': 1}}")),
        ("use_bias", None, True),
        ("name", "any", True),
        ("kernel_initializer", "zz_unknown", Rejected(*NO_SUCH)),
        ("kernel_initializer", "another", False),  # a name stands for what it names
        ("kernel_initializer", {"class_name": "Mine", "config": {}}, False),
        ("kernel_initializer", None, True),
        ("never_seen", 1, False),
    ],
)
def test_trial(keras, dense, key, value, expected):
    assert keras.trial("legacy", dense, key, value) == expected


def test_what_else_the_trials_say(keras, dense):
    assert keras.base("legacy", dense) is True
    assert keras.unknown_keys("legacy", dense) == Rejected(*UNKNOWN_TWO)
    assert keras.without("legacy", dense, "units") == Rejected(*MISSING)
    assert keras.without("legacy", dense, "kernel_initializer") is True
    assert keras.without("legacy", dense, "old") is False
    assert keras.order("legacy", dense) == ("old", "units")


def test_nothing_is_said_where_the_default_config_is_refused(keras, dense):
    assert keras.base("v3", dense) == Rejected(*NEGATIVE)
    assert keras.trial("v3", dense, "units", 2) is False
    assert keras.unknown_keys("v3", dense) is False


def test_names(keras, dense):
    assert keras.named("Fully", "layer") == (dense,)
    assert keras.named("Dense", "loss") == ()
    assert keras.exported("keras.layers.Dense") == dense
    assert keras.exported("keras.layers.Fully") is None  # the loader's registry has the canonical name only
    assert keras.public("keras.layers.Fully") == dense
    assert dense.canonical == "keras.layers.Dense"
    assert keras.resolves("layer", "Fully")
    assert not keras.resolves("loss", "Dense")
    assert keras.has_module(MODULE)
    assert not keras.has_module("keras.src.engine")


def test_identifiers_and_behaviours(keras):
    assert keras.identifier("legacy", "loss", "mse") is True
    assert keras.identifier("legacy", "loss", "mae") == Rejected(*NEGATIVE)
    assert keras.identifier("legacy", "loss", "mine").text.endswith("identifier: mine")
    assert keras.unknown_identifier("legacy", "loss", "dict") is True
    assert keras.behaviour("legacy/sequential_ok") is True
    assert keras.behaviour("v3/no_module") == Rejected(*NEGATIVE)
    assert keras.behaviour("never tried") is False


def test_packed_trials_unpack_to_what_they_were():
    plain = entries(RECORD)
    again = pack({"": unpack(pack({"": plain})[""])})
    assert again == pack({"": plain})


def test_texts_are_kept_short_and_given_whole():
    text = f"<class '{MODULE}.Dense'> is not {MODULE}.Dense"
    assert shortened(text, "Dense", MODULE) == "<class '{path}'> is not {path}"
    assert lengthened(shortened(text, "Dense", MODULE), "Dense", MODULE) == text


def test_classes_that_nobody_registered_are_known_by_their_module():
    entry = {"name": "Mine", "module": "my.layers", "kind": "layer", "parameters": {"a": True}, "kwargs": True}
    (mine,) = defined_objects({"root": "keras.src", "subclasses": [entry, {"name": 1}, "broken"]})
    assert (mine.name, mine.source, mine.keys, mine.required) == ("Mine", "my.layers", (), ("a",))


def test_what_imports_registered_counts_as_the_users_own():
    (mine,) = registered_objects(RECORD)
    assert (mine.name, mine.registered_name, mine.required, mine.has_kwargs) == ("Mine", "pack>Mine", ("a",), False)


@pytest.mark.parametrize(
    ("release", "path", "name", "trial", "accepted"),
    [
        ((KerasFlavour.KERAS3, "3.15.1"), "legacy", "Dense", ("batch_input_shape", [None, 4]), True),
        ((KerasFlavour.KERAS3, "3.15.1"), "v3", "Dense", ("batch_input_shape", [None, 4]), False),
        ((KerasFlavour.KERAS3, "3.3.3"), "v3", "Dense", ("quantization_config", None), False),
        ((KerasFlavour.KERAS3, "3.8.0"), "legacy", "LSTM", ("time_major", False), False),
        ((KerasFlavour.KERAS3, "3.3.3"), "v3", "BatchNormalization", ("axis", [3]), False),
        ((KerasFlavour.KERAS2, "2.10.0"), "legacy", "LSTM", ("time_major", False), True),
        ((KerasFlavour.KERAS2, "2.6.0"), "legacy", "DepthwiseConv2D", ("groups", 1), True),
        ((KerasFlavour.BUNDLED, "2.4.4"), "legacy", "Dense", ("units", 7), True),
        ((KerasFlavour.TF_KERAS, "2.21.0"), "v3", "Dense", ("units", 7), True),
    ],
)
def test_catalogued_trials(release, path, name, trial, accepted):
    facts = release_facts(*release)
    outcome = facts.trial(path, facts.named(name, "layer")[0], *trial)
    assert isinstance(outcome, Rejected) is not accepted
    assert outcome is not False


def test_every_catalogued_release_knows_the_usual_layers():
    for flavour, releases in recorded_releases().items():
        for release in releases:
            facts = release_facts(flavour, release)
            for name in ("Dense", "Conv2D", "LSTM", "InputLayer", "BatchNormalization", "Dropout"):
                (cls, *_) = facts.named(name, "layer")
                assert facts.base("legacy", cls) is True, (release, name)
                assert facts.has_module(cls.module)
                # Some releases' InputLayer ignores what it does not know.
                assert name == "InputLayer" or isinstance(facts.unknown_keys("legacy", cls), Rejected), (release, name)
