"""Models how the structures of functions' arguments and results are decoded: each composite type must be known.

tensorflow/python/saved_model/nested_structure_coder.py (`_TypeSpecCodec.do_decode`), read in every minor release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.terms.finding import ExpectedError

if TYPE_CHECKING:
    from inspector.loaders.graph.context import Context

# TypeSpecProto.TypeSpecClass: what each number stands for came with these releases. 1 to 8 (sparse and ragged tensors,
# datasets, ...) are as old as the format; 9 is VariableSpec, 10 RowPartitionSpec.
_OLDEST = range(1, 9)
_SINCE = {9: (2, 1), 10: (2, 3)}
_NDARRAY, _NDARRAY_ONLY = 11, (2, 4)  # tf.experimental.numpy: its arrays are plain tensors from 2.5 on
_REGISTERED, _EXTENSION = 12, 13
_BY_NAME_SINCE = (2, 6)  # before, a class known only by name is not supported at all
# The same words in every release, for numbers that it does not have (recorded for 1.15 to 2.5, read in the others).
_NOT_SUPPORTED = (
    "The type '{}' is not supported by this version of TensorFlow. "
    "(The object you are loading must have been created with a newer version of TensorFlow.)"
)
# What `import tensorflow` registers beside tf.linalg's operators, with the first release and the one it is gone from
# (type_spec_registry._NAME_TO_TYPE_SPEC, asked in every minor release).
_NEVER = (99,)
_OWN = {
    "tf.AnonymousExtensionType.Spec": ((2, 6), _NEVER),
    "tf.BoundedTensorSpec": ((2, 5), _NEVER),
    "tf.DynamicRaggedShape.Spec": ((2, 10), _NEVER),
    "tf.EagerWeakTensor.Spec": ((2, 14), _NEVER),
    "tf.GraphWeakTensor.Spec": ((2, 14), _NEVER),
    "tf.NoneTensorSpec": ((2, 5), _NEVER),
    "tf.RaggedTensorSpec": ((2, 5), _NEVER),
    "tf.RowPartitionSpec": ((2, 10), _NEVER),
    "tf.SparseTensorSpec": ((2, 5), _NEVER),
    "tf.StructuredTensor.Spec": ((2, 10), _NEVER),
    "tf.StructuredTensorSpec": ((2, 6), (2, 10)),
    "tf.TensorArraySpec": ((2, 5), _NEVER),
    "tf.TensorSpec": ((2, 5), _NEVER),
    "tf.WeakTensor.Spec": ((2, 14), _NEVER),
}
_OPERATOR = "tf.linalg.LinearOperator"


def type_error(context: Context, number: int, name: str) -> ExpectedError:
    """What decoding a type that is not known raises."""
    if _by_name(context, number):
        return context.error("load/type_not_registered", type=name)
    return ExpectedError("ValueError", _NOT_SUPPORTED.format(name))


def _by_name(context: Context, number: int) -> bool:
    return number == _REGISTERED and context.release >= _BY_NAME_SINCE


def is_known(context: Context, number: int, name: str) -> bool:
    """Whether that TypeSpecClass, or the type registered by that name, comes with the release."""
    if number in _OLDEST:
        return True
    if number == _NDARRAY:
        return context.release[:2] == _NDARRAY_ONLY
    if number == _EXTENSION:  # a class that nobody registered gets a stand-in
        return context.release >= _BY_NAME_SINCE
    if number == _REGISTERED and context.release >= _BY_NAME_SINCE:
        since, gone = ((2, 6), _NEVER) if name.startswith(_OPERATOR) else _OWN.get(name, (_NEVER, _NEVER))
        return since <= context.release < gone
    return context.release >= _SINCE.get(number, _NEVER)


def may_be_registered(context: Context, number: int) -> bool:
    """Importing a package registers its types; names of types say nothing certain about their packages."""
    runtime = context.capabilities.runtime
    return _by_name(context, number) and bool(runtime.imports or runtime.custom_objects)


def type_remedy(number: int, name: str) -> str:
    """What helps where that type is not known."""
    if number == _REGISTERED and not name.startswith("tf."):
        return f"import the package that defines {name} before loading (--import), with TensorFlow 2.6 or newer"
    if number in {_REGISTERED, _EXTENSION}:
        return "use TensorFlow 2.6 or newer, or save functions that take and return plain tensors"
    return "use the release of TensorFlow that wrote the model, or save functions that take and return plain tensors"
