"""The user's own classes and functions, read from sources that are never run."""

from __future__ import annotations

import pytest

from inspector.runtime.custom_objects import read_custom_objects
from inspector.terms.errors import UsageError

SOURCE = """
import keras, tensorflow as tf
from dataclasses import dataclass
from keras.saving import register_keras_serializable as reg
from tensorflow import keras as K

class Base(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)

class Plain(Base):
    def __init__(self, rate=0.5, *, mode, **kwargs):
        super().__init__(**kwargs)

class Inherits(Plain):
    pass

class Closed(Base):
    def __init__(self, units, rate=1):
        super().__init__(units)

class ThroughClosed(Closed):
    def __init__(self, extra, **kwargs):
        super().__init__(**kwargs)

class Foreign(keras.layers.Dense):
    pass

class Loop(Loop2): pass
class Loop2(Loop): pass

@keras.saving.register_keras_serializable()
class A(keras.Model): pass

@tf.keras.utils.register_keras_serializable("pkg", "Other")
class B: pass

@reg(package="pkg")
def act(x, alpha=1.0): return x

@K.utils.register_keras_serializable(name="N")
class C: pass

@reg(package=PACKAGE)
class Computed: pass

@dataclass
class Config:
    size: int
    depth: int = 2

if True:
    class Conditional: pass
else:
    try:
        class InTry: pass
    except ImportError:
        class InHandler: pass

class Called: pass
keras.saving.register_keras_serializable("late")(Called)
keras.saving.get_custom_objects()["Table"] = Called
tf.keras.utils.get_custom_objects().update({"swish2": act, "x>y": act})
"""

# name: registered name, parameters, required, any keyword taken, class
OBJECTS = {
    "Base": (None, ("units",), ("units",), True, True),
    "Plain": (None, ("rate", "mode", "units"), ("mode",), True, True),
    "Inherits": (None, ("rate", "mode", "units"), ("mode",), True, True),
    "Closed": (None, ("units", "rate"), ("units",), False, True),
    "ThroughClosed": (None, ("extra", "units", "rate"), ("extra",), False, True),
    "Foreign": (None, None, (), True, True),
    "Loop": (None, None, (), True, True),
    "A": ("Custom>A", None, (), True, True),
    "B": ("pkg>Other", None, (), True, True),
    "act": ("pkg>act", ("x", "alpha"), ("x",), False, False),
    "C": ("Custom>N", None, (), True, True),
    "Computed": (None, None, (), True, True),
    "Config": (None, ("size", "depth"), ("size",), False, True),
    "Conditional": (None, None, (), True, True),
    "InHandler": (None, None, (), True, True),
    "Called": ("late>Called", None, (), True, True),
    "Table": ("Table", None, (), True, None),
    "swish2": ("swish2", None, (), True, None),
    "y": ("x>y", None, (), True, None),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("custom") / "layers.py"
    path.write_text(SOURCE)
    objects, gaps = read_custom_objects([str(path)])
    assert gaps == ()
    return {item.name: item for item in objects}


@pytest.mark.parametrize("name", OBJECTS)
def test_what_the_source_says_of_an_object(found, name):
    item = found[name]
    assert (item.registered_name, item.parameters, item.required, item.has_kwargs, item.is_class) == OBJECTS[name]


def test_names_are_taken_as_they_are():
    objects, _ = read_custom_objects(["MyLayer", "pkg>Other"])
    assert [(item.name, item.registered_name) for item in objects] == [("MyLayer", None), ("Other", "pkg>Other")]


def test_a_folder_is_read_with_its_packages_and_without_its_environment(tmp_path):
    for place, name in (("a.py", "A"), ("pkg/b.py", "B"), (".venv/lib/c.py", "C"), ("site-packages/d.py", "D")):
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"class {name}: pass\n")
    objects, _ = read_custom_objects([str(tmp_path)])
    assert {item.name for item in objects} == {"A", "B"}


@pytest.mark.parametrize("source", ["class Broken(:", "x = " + "(" * 5000, "\0"])
def test_a_source_that_does_not_parse_is_a_gap(tmp_path, source):
    (tmp_path / "a.py").write_text(source)
    objects, gaps = read_custom_objects([str(tmp_path / "a.py")])
    assert (objects, len(gaps)) == ((), 1)


def test_nothing_of_a_source_is_run(tmp_path):
    (tmp_path / "a.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass A: pass\n")
    read_custom_objects([str(tmp_path / "a.py")])
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["no/such/folder", "missing.py", "not a name"])
def test_what_is_neither_source_nor_name_is_a_usage_error(name):
    with pytest.raises(UsageError):
        read_custom_objects([name])


NAMES = {
    "alias assigned": (
        "register = keras.saving.register_keras_serializable\n@register('pkg')\nclass Scale: ...",
        ("Scale", "pkg>Scale"),
    ),
    "constant of the module": (
        "PACKAGE = 'lib'\n@keras.utils.register_keras_serializable(package=PACKAGE)\nclass Scale: ...",
        ("Scale", "lib>Scale"),
    ),
    "package that is computed": (
        "@keras.utils.register_keras_serializable(package=name())\nclass Scale: ...",
        ("Scale", None),
    ),
    "under if and try": (
        (
            "try:\n    r = keras.saving.register_keras_serializable\nexcept AttributeError:\n    r = None\n"
            "if True:\n    @r()\n    class Scale: ..."
        ),
        ("Scale", "Custom>Scale"),
    ),
    "decorator kept": ("r = keras.saving.register_keras_serializable('p')\n@r\nclass Scale: ...", ("Scale", "p>Scale")),
    "bound package": (
        "r = functools.partial(register_keras_serializable, package='p')\n@r(name='S')\nclass Scale: ...",
        ("Scale", "p>S"),
    ),
    "decorator of one's own": (
        "def r(c):\n    return register_keras_serializable('p', 'v1_' + c.__name__)(c)\n@r\nclass Scale: ...",
        ("Scale", "p>v1_Scale"),
    ),
    "decorator with an argument": (
        "def r(n):\n    return register_keras_serializable('p', name=f'{n}_x')\n@r('a')\nclass Scale: ...",
        ("Scale", "p>a_x"),
    ),
    "decorator in a function": (
        (
            "def r(package='d'):\n    def inner(c):\n        register_keras_serializable(package)(c)\n"
            "        return c\n    return inner\n@r()\nclass Scale: ..."
        ),
        ("Scale", "d>Scale"),
    ),
    "loop": (
        "class Scale: ...\nfor each in (Scale,):\n    register_keras_serializable('p')(each)",
        ("Scale", "p>Scale"),
    ),
    "base that registers": (
        (
            "class Base:\n    def __init_subclass__(cls, **kwargs):\n        register_keras_serializable('p')(cls)\n"
            "class Scale(Base): ..."
        ),
        ("Scale", "p>Scale"),
    ),
    "class of a class": (
        "class Outer:\n    @register_keras_serializable('p')\n    class Scale: ...",
        ("Scale", "p>Scale"),
    ),
    "class of a function": (
        "def make(p):\n    @register_keras_serializable(p)\n    class Scale: ...\n    return Scale\nOwn = make('p')",
        ("Scale", "p>Scale"),
    ),
    "name of what a function made": (
        "def make():\n    class Scale: ...\n    return Scale\nOwn = make()",
        ("Own", None),
    ),
    "sum without end": ("@register_keras_serializable('a'" + " + 'a'" * 900 + ")\nclass Scale: ...", ("Scale", None)),
    "name through another": ("class Outer:\n    class Scale: ...\nOwn = Outer.Scale", ("Own", None)),
    "partial": ("import functools\ntwice = functools.partial(loss, weight=2.0)", ("twice", None)),
    "lambda": ("swish = lambda x: x * 2", ("swish", None)),
    "second name": ("class Scale: ...\nRescale = Scale", ("Rescale", None)),
}


@pytest.mark.parametrize("case", NAMES.values(), ids=NAMES)
def test_what_names_stand_for(case, tmp_path):
    source, expected = case
    (tmp_path / "own.py").write_text(source)
    found, gaps = read_custom_objects([str(tmp_path / "own.py")])
    assert expected in {(o.name, o.registered_name) for o in found}
    assert gaps == ()


def test_what_nobody_can_pass_is_only_registered(tmp_path):
    (tmp_path / "own.py").write_text("class Outer:\n    class Scale: ...\n")
    assert [(o.name, o.passed) for o in read_custom_objects([str(tmp_path)])[0]] == [("Outer", True), ("Scale", False)]


def test_one_name_in_two_modules_is_two_classes(tmp_path):
    for name in ("first", "second"):
        (tmp_path / f"{name}.py").write_text(f"@register_keras_serializable('{name}')\nclass Block:\n    pass\n")
    (tmp_path / "third.py").write_text("from .second import Block as B\nclass Top(B): ...\n")
    found, _ = read_custom_objects([str(tmp_path)])
    assert {o.registered_name for o in found if o.name == "Block"} == {"first>Block", "second>Block"}
    assert {o.name for o in found} == {"Block", "Top", "B"}


def test_bases_have_their_public_names(tmp_path):
    (tmp_path / "own.py").write_text(
        "from tensorflow.keras import layers as L\nfrom keras.layers import Dense\n"
        "class A(L.Layer): ...\nclass B(Dense): ...\nclass Dense(keras.layers.Dense): ...\n"
    )
    found, _ = read_custom_objects([str(tmp_path / "own.py")])
    assert [o.keras_base for o in found] == ["keras.layers.Layer", "keras.layers.Dense", "keras.layers.Dense"]


def test_a_constant_of_another_module_names_the_package(tmp_path):
    (tmp_path / "layers.py").write_text(
        "from .names import PACKAGE\n@register_keras_serializable(PACKAGE)\nclass Scale: ..."
    )
    (tmp_path / "names.py").write_text("PACKAGE = 'shop'")
    found, _ = read_custom_objects([str(tmp_path)])
    assert [(o.name, o.registered_name) for o in found] == [("Scale", "shop>Scale")]


REVIVED = {
    "pop": ("layers.deserialize(config.pop('a'))", ("a",)),
    "subscript": ("keras.utils.deserialize_keras_object(config['a'])", ("a",)),
    "comprehension": ("{k: keras.layers.deserialize(config[k]) for k in ('a', 'b')}", ("a", "b")),
    "table of its own": ("keras.losses.deserialize(config['a'])", ()),
    "computed": ("keras.layers.deserialize(config[name()])", ()),
}


@pytest.mark.parametrize("case", REVIVED.values(), ids=REVIVED)
def test_keys_that_a_from_config_deserializes(case, tmp_path):
    call, keys = case
    (tmp_path / "own.py").write_text(f"class A:\n    def from_config(cls, config):\n        return cls({call})\n")
    (found,) = read_custom_objects([str(tmp_path / "own.py")])[0]
    assert (found.revives, found.deserialized) == (True, keys)


def test_keys_kept_in_names_and_a_function_under_another_name(tmp_path):
    (tmp_path / "own.py").write_text(
        "class A:\n    def from_config(cls, config):\n        revive = keras.saving.deserialize_keras_object\n"
        "        inner = config.get('a')\n        return cls(revive(inner))\n"
    )
    assert read_custom_objects([str(tmp_path / "own.py")])[0][0].deserialized == ("a",)


def test_variables_of_tensorflow_are_counted_with_those_of_modules(tmp_path):
    (tmp_path / "own.py").write_text(
        "import tensorflow as tf\nclass Table(tf.Module):\n    def __init__(self):\n        self.v = tf.Variable(1.0)\n"
        "class A(tf.keras.layers.Layer):\n    def __init__(self):\n        self.t = Table()\n"
        "        self.w = tf.Variable(2.0)\n        self.n = self.add_weight()\n"
        "        if self.n:\n            self.m = tf.Variable(0.0)\n"
    )
    found = {o.name: o.variables for o in read_custom_objects([str(tmp_path / "own.py")])[0]}
    assert found == {"Table": 1, "A": 2}
