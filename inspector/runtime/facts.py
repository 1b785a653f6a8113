"""What a recorded runtime provides, as the loader models ask for it.

Facts are always those of a recorded release. A release that was not recorded is judged with the recorded release on
each
side; the engine answers where both agree and says unknown where they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.runtime.odd_values import Odd
    from inspector.terms.runtime import KerasFlavour, Runtime


@record
class OpAttr:
    """An attribute of an OpDef. `allowed` as dtype names or strings (empty: anything), `minimum` for int and list.

    `default` is a dtype name, string (bytes as Latin-1), number, truth value, shape or list; None where there is none.
    """

    name: str
    type: str
    has_default: bool
    allowed: tuple[str, ...] = ()
    minimum: int | None = None
    default: Any = None


@record
class OpArg:
    """An input or output of an OpDef.

    `dtype` is a name ("" where an attribute says it); `number_attr` counts a list of one dtype, `type_list_attr` names
    the dtypes of a list of several.
    """

    name: str
    dtype: str
    type_attr: str = ""
    number_attr: str = ""
    type_list_attr: str = ""
    is_ref: bool = False


@record
class OpFacts:
    """An OpDef of the registry.

    `summary` is the text `Op<name=...; signature=...; attr=...>` as TensorFlow's errors print it, `deprecated` is
    the GraphDef version from which the op is refused (0: not deprecated).
    """

    name: str
    attrs: Mapping[str, OpAttr]
    summary: str
    deprecated: int = 0
    deprecation_text: str = ""
    is_stateful: bool = False
    inputs: tuple[OpArg, ...] = ()
    outputs: tuple[OpArg, ...] = ()


@record
class Kernel:
    """A registered kernel: device type and, by attribute, the dtype names it is registered for (absent: any).

    A kernel of the device `DEFAULT` serves every device that has none of its own.
    """

    device: str
    constraints: Mapping[str, tuple[str, ...]]


class TensorFlowFacts(Protocol):
    """The op and kernel registry of one TensorFlow release, with the ops of the add-ons that the process imports."""

    version: str

    @property
    def graph_def_producer(self) -> int:
        """The GraphDef version that this release writes."""

    def op(self, name: str) -> OpFacts | None:
        """The registered op, or None where this runtime does not know it."""

    def kernels(self, name: str) -> tuple[Kernel, ...]:
        """Every kernel registered for that op, on any device."""


@record
class Rejected:
    """A trial that raised. `text` may hold the placeholders `{config}` (repr of the config passed) and `{value}`."""

    type: str
    text: str


@record
class ClassFacts:
    """A Keras class or function.

    `kind` is layer, model, loss, metric, optimizer, initializer, regularizer, constraint, schedule, dtype_policy,
    activation, function or other; `module` its `__module__`; `exports` its public names
    (`keras.layers.Dense`); `parameters` of the constructor (name to "is required"); `config` what a small
    instance emits.
    """

    name: str
    kind: str
    module: str
    exports: tuple[str, ...]
    registered_name: str
    parameters: Mapping[str, bool]
    has_kwargs: bool
    config: Mapping[str, Any] | None
    config_v3: Mapping[str, Any] | None = None  # as a `.keras` stores it, where its keys differ
    is_function: bool = False
    canonical: str = ""  # the public name under which Keras 3 and the `.keras` loader know it, "" where it has none


class KerasFacts(Protocol):
    """What one Keras release provides.

    `path` names a deserialization path: `v3` (deserialize_keras_object as the `.keras` loader calls it) or `legacy` (as
    the `.h5` and JSON loaders call it).
    """

    version: str
    flavour: KerasFlavour
    root: str  # package its classes live in: keras.src, keras, tf_keras.src, tf_keras, tensorflow.python.keras

    def named(self, name: str, kind: str | None = None) -> tuple[ClassFacts, ...]:
        """Every class or function of that name, restricted to one kind where given."""

    def exported(self, name: str) -> ClassFacts | None:
        """The object that the `.keras` loader finds under that public name (`keras.layers.Dense`), or None.

        Keras 3 registers one name per symbol (`api_export.REGISTERED_NAMES_TO_OBJS`):
        `keras.metrics.mean_squared_error`
        is there, `keras.losses.mse` and `keras.layers.ThresholdedReLU`, attributes of public modules, are not. Keras 2
        asks TensorFlow's export registry.
        """

    def public(self, name: str) -> ClassFacts | None:
        """The object of any public name of `tf.keras`, registered or not (`keras.losses.mse`)."""

    def has_module(self, name: str) -> bool:
        """Whether `import name` works there (`keras.src.models.functional`)."""

    def resolves(self, family: str, identifier: str) -> bool:
        """Whether that family's own `deserialize` or `get` finds the name.

        A family is activation, initializer, regularizer, constraint, loss, metric, optimizer, layer, schedule or
        dtype_policy. Tables may lack public classes: `keras.layers.deserialize` of 2.15 has no SpectralNormalization.
        """

    def registered(self, name: str) -> Mapping[str, Any] | None:
        """What is registered under `package>Name` once Keras is imported: Keras' own and the imports' classes.

        It has `name`, `module`, `parameters` and `kwargs`, as ClassFacts; None where nothing is.
        """

    def trial(self, path: str, cls: ClassFacts, key: str, value: Any) -> Rejected | bool:
        """What happens when that key with that value stands in the class's config: True accepted, False never tried."""

    def unknown_keys(self, path: str, cls: ClassFacts) -> Rejected | bool:
        """What two unknown keys `zz_a: 1, zz_b: 2` do: the text keeps them literally. True: they are ignored."""

    def order(self, path: str, cls: ClassFacts) -> tuple[str, ...]:
        """The keys that the class refuses, in the order in which they are met when all stand in one config."""

    def odd(self, cls: ClassFacts, config: Mapping[str, Any], key: str) -> Odd | None:
        """What the class raises for a value of another type than it stores there; None: nothing, or not tried."""

    def without(self, path: str, cls: ClassFacts, key: str) -> Rejected | bool:
        """What happens when that key of the default config is left out."""


@record
class Capabilities:
    """A runtime with the facts of its recorded releases (None: that part is not there, or not recorded)."""

    runtime: Runtime
    tensorflow: TensorFlowFacts | None
    keras: KerasFacts | None
