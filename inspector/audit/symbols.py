"""What a name that a config hands to the importer can do: functions of Python, of Keras, and of TensorFlow."""

from __future__ import annotations

import re
import sys

from inspector.terms.audit import Risk
from inspector.terms.record import record

# Modules of the standard library whose functions compute, and reach nothing outside.
_PURE_MODULES = frozenset({"math", "cmath", "statistics", "fractions", "decimal", "numbers", "string", "datetime"})
# Gone from the standard library of Python 3.12 and 3.13, or of Python 2 only: older targets have them.
_GONE_MODULES = frozenset(
    {"__builtin__", "asynchat", "asyncore", "cgi", "commands", "crypt", "distutils", "imp", "nis", "pipes", "smtpd"}
    | {"spwd", "telnetlib", "urllib2", "xdrlib", "posix", "nt"}
)
# What users call files of their own as well: a class from there is as likely theirs.
_AMBIGUOUS_MODULES = frozenset(
    {"code", "numbers", "parser", "platform", "profile", "queue", "random", "resource", "select", "site", "string"}
    | {"symbol", "test", "this", "token", "tokenize", "trace", "types", "typing"}
)
# Functions among the builtins that compute. Keras 3 writes a user's own function as one of `builtins` (its name is all
# that is kept), so that the name alone tells a user's `abs` from an attack.
_PURE_BUILTINS = frozenset(
    {"abs", "all", "any", "bin", "bool", "chr", "complex", "dict", "divmod", "enumerate", "filter", "float", "format"}
    | {"frozenset", "hash", "hex", "id", "int", "isinstance", "len", "list", "map", "max", "min", "oct", "ord", "pow"}
    | {"range", "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "zip"}
)
_BUILTINS = frozenset(
    {"__build_class__", "__import__", "bytearray", "breakpoint", "bytes", "callable", "classmethod", "compile"}
    | {"copyright", "credits", "delattr", "dir", "eval", "exec", "execfile", "exit", "file", "getattr", "globals"}
    | {"hasattr", "help", "input", "issubclass", "iter", "license", "locals", "memoryview", "next", "object", "open"}
    | {"print", "property", "quit", "raw_input", "reload", "setattr", "staticmethod", "super", "type", "vars"}
)
# Packages that are there wherever TensorFlow or Keras is, or that unpickle, fetch or run what they are given. A
# function of theirs can be called in any release without an allow-list; a class of theirs is a user's own business.
_REACHABLE = frozenset(
    {"IPython", "absl", "astunparse", "cloudpickle", "dill", "fsspec", "gast", "google", "grpc", "h5py"}
    | {"huggingface_hub", "joblib", "matplotlib", "numpy", "optree", "pandas", "pip", "pkg_resources", "psutil"}
    | {"requests", "rich", "scipy", "setuptools", "tensorboard", "tensorflow", "tensorflow_hub", "torch", "urllib3"}
    | {"werkzeug", "wheel", "wrapt", "yaml"}
)
# Functions of numpy that open what their argument names; the rest computes.
_NUMPY_FILES = frozenset(
    {"DataSource", "fromfile", "fromregex", "genfromtxt", "load", "loadtxt", "memmap", "open_memmap", "recfromcsv"}
    | {"recfromtxt", "save", "savetxt", "savez", "savez_compressed", "tofile", "run_module_suite", "test"}
)
# Modules of numpy that compile, load native libraries or run what they are given.
_NUMPY_RUNS = frozenset({"ctypeslib", "distutils", "f2py", "testing"})

# Keras' functions that compute, by the module that exports them; what else Keras exports is no part of a model.
_KERAS_PURE = (
    *("activations", "backend", "constraints", "initializers", "losses", "metrics", "nn", "ops", "random"),
    *("regularizers", "layers", "optimizers.schedules"),
)
# How private copies of the public modules begin: keras.src, keras._tf_keras.keras, keras.api._v2.keras.
_PACKAGING = re.compile(r"^(?:_tf_keras\.keras|src|api(?:\._v[12]\.keras)?)(?:\.|$)")
# Functions of those modules that are none of a model's all the same.
_KERAS_STATE = frozenset({"clear_session", "deserialize", "get", "serialize", "set_floatx", "set_epsilon"})
_KERAS_HARMLESS = frozenset(
    {"normalize", "pad_sequences", "preprocess_input", "to_categorical", "to_1d", "array_to_img", "img_to_array"}
    | {"epsilon", "floatx", "image_data_format", "to_ordinal"}
)
# They load code, switch safe mode off, or write what their argument names.
_KERAS_GADGETS = frozenset(
    {"deserialize_keras_object", "enable_unsafe_deserialization", "func_load", "get_file", "load_model"}
    | {"load_weights", "model_from_config", "model_from_json", "model_from_yaml", "save_model", "save_weights"}
    | {"set_global_attribute", "save_img", "get_custom_objects", "_extract_archive", "extract_archive"}
)

# What Keras refuses by name: LOADING_APIS of 3.11.0 to 3.14.1, NON_MODELING_APIS from 3.12.3 and 3.15.0 on (which hold
# them too), both of keras/src/saving/serialization_lib.py.
_LOADING_APIS = frozenset(
    {"config.enable_unsafe_deserialization", "models.load_model", "preprocessing.image.load_img", "saving.load_model"}
    | {"saving.load_weights", "utils.get_file", "utils.load_img"}
)
_NON_MODELING_APIS = frozenset(
    {
        "backend.clear_session",
        "models.model_from_json",
        "models.save_model",
        "preprocessing.image_dataset_from_directory",
    }
    | {"preprocessing.image.save_img", "preprocessing.text_dataset_from_directory", "saving.deserialize_keras_object"}
    | {"saving.register_keras_serializable", "saving.save_model", "saving.save_weights"}
    | {"saving.serialize_keras_object", "utils.audio_dataset_from_directory", "utils.clear_session"}
    | {"utils.deserialize_keras_object", "utils.image_dataset_from_directory", "utils.register_keras_serializable"}
    | {"utils.save_img", "utils.serialize_keras_object", "utils.text_dataset_from_directory"}
)

# Namespaces of TensorFlow whose functions compute on tensors, as they stand in the symbol of a TFOpLambda.
_TF_PURE = frozenset(
    {"__operators__", "audio", "bitwise", "dtypes", "experimental.numpy", "experimental.numpy.random", "image"}
    | {"initializers", "linalg", "losses"}
    | {"linalg.experimental", "manip", "math", "math.special", "nn", "nn.experimental", "quantization"}
    | {"ragged", "random", "random.experimental", "sets", "signal", "sparse", "sparse.experimental", "spectral"}
    | {"special", "strings", "nest", "layers"}
)
# Checks of tensors that may fail, and nothing else.
_ASSERTING, _ASSERTIONS = frozenset({"debugging"}), ("assert_", "check_", "is_")
# Functions without a namespace (`tf.NAME`) that do more than compute.
_TF_DIRECT = frozenset(
    {"device", "function", "get_logger", "import_graph_def", "init_scope", "load_file_system_library", "load_library"}
    | {"load_op_library", "numpy_function", "print", "Print", "py_func", "py_function", "read_file", "write_file"}
    | {"matching_files", "register_tensor_conversion_function", "variable_creator_scope", "wrap_function"}
    | {"xla_custom_call", "xla_custom_call_v2", "xla_call_module", "xla_launch", "xla_launch_v2"}
)
_TF_DIRECT_PREFIXES = ("rpc_", "d_tensor_", "delete_", "configure_", "shutdown_", "enable_", "disable_", "set_", "get_")
# They run code of the host, load native code, or write, move and delete what their argument names.
_TF_GADGETS = frozenset(
    {"import_graph_def", "load_file_system_library", "load_library", "load_op_library", "numpy_function", "py_func"}
    | {"py_function", "read_file", "write_file", "write_graph", "matching_files", "xla_custom_call"}
    | {"xla_custom_call_v2", "register_filesystem_plugin", "quantize_saved_model", "load_delegate", "load_partial"}
    | {"convert_saved_model", "convert_saved_model_v1", "run_pass_pipeline", "write_bytecode"}
)
# They open what their argument names.
_TF_FILES = frozenset(
    {"categorical_column_with_vocabulary_file", "checkpoints_iterator", "distributed_save", "from_dataset_id", "load"}
    | {"list_variables", "load_checkpoint", "load_variable", "make_batched_features_dataset", "make_csv_dataset"}
    | {"match_filenames_once", "name_based_restore", "name_based_save", "save", "sharded_save", "snapshot"}
    | {"sequence_categorical_column_with_vocabulary_file", "get_checkpoint_state", "update_checkpoint_state"}
)
_TF_GADGET_SPACES = ("io.gfile", "gfile", "saved_model", "raw_ops", "train.Checkpoint", "summary", "lite", "profiler")


@record
class Judgement:
    """What can be said of a name: its risk, and why in a few words that follow the name."""

    risk: Risk
    why: str


def is_pure_builtin(name: str) -> bool:
    """Whether a builtin of Python only computes; print is taken for one, since a Lambda's prints go nowhere else."""
    return name in _PURE_BUILTINS or name in {"print", "hasattr", "callable", "issubclass", "type"}


def of_module(module: str, names: tuple[str, ...], *, is_function: bool) -> Judgement | None:
    """A module outside Keras that a config names; None where it is a user's own, or the name a user's own function."""
    root = module.partition(".")[0]
    if root in {"builtins", "__builtin__"}:
        return _of_builtin(names)
    if root in _AMBIGUOUS_MODULES and not is_function:
        return Judgement(Risk.LOW, "is of a module of Python's standard library, or of a user's file of that name")
    if root in _PURE_MODULES:
        return Judgement(Risk.MEDIUM, "is of Python's standard library, and no part of a model")
    if root in sys.stdlib_module_names or root in _GONE_MODULES:
        return Judgement(Risk.CRITICAL, "is of Python's standard library, and no part of a model")
    if root in _REACHABLE and is_function:
        return _of_package(root, module, names[0] if names else "")
    return None


def _of_builtin(names: tuple[str, ...]) -> Judgement | None:
    if any(name.partition(".")[0] in _BUILTINS for name in names):
        return Judgement(Risk.CRITICAL, "is a builtin of Python, and no part of a model")
    if any(name.partition(".")[0] in _PURE_BUILTINS for name in names):
        return Judgement(Risk.LOW, "is a builtin of Python that only computes")
    return None


def _of_package(root: str, module: str, name: str) -> Judgement | None:
    if root == "tensorflow":
        return _of_tensorflow_module(module, name)
    if root == "numpy" and name not in _NUMPY_FILES and not _NUMPY_RUNS.intersection(module.split(".")):
        return None
    return Judgement(Risk.HIGH, f"is a function of {root}, which a process with Keras can import")


def _of_tensorflow_module(module: str, name: str) -> Judgement | None:
    """Public modules are judged by symbol; the private ones only by names that are known to do harm."""
    public = not module.startswith("tensorflow.python")
    found = of_tf_symbol(f"{module.partition('.')[2]}.{name}".lstrip(".")) if public else None
    if found is None and name in _TF_GADGETS:
        found = Judgement(Risk.CRITICAL, "runs code, or opens what its argument names")
    return found


def is_operation(module: str, name: str) -> bool:
    """Whether it is a function of Keras that computes on tensors."""
    return of_keras(module, name) is None


def of_keras(module: str, name: str) -> Judgement | None:
    """A function that Keras exports, or that lies in its sources; None for what models are made of."""
    space = _PACKAGING.sub("", module.partition(".")[2])
    last = name.rpartition(".")[2]
    if last in _KERAS_GADGETS:
        return Judgement(Risk.CRITICAL, "loads code, fetches or writes files, or switches safe mode off")
    is_pure = any(space == pure or space.startswith(f"{pure}.") for pure in _KERAS_PURE) and not _is_state(space)
    if (is_pure and last not in _KERAS_STATE) or last in _KERAS_HARMLESS:
        return None
    if is_pure:
        return Judgement(Risk.MEDIUM, "changes the state of Keras, and is no part of a model")
    return Judgement(Risk.HIGH, "is no operation of a model: such functions read and write files or change Keras")


def _is_state(space: str) -> bool:
    """Private modules of the backend: those of tensors compute, others hold what all of Keras shares."""
    return space.startswith("backend.") and space.rpartition(".")[2] not in {"nn", "numpy", "math", "image", "linalg"}


def guard_of_keras(module: str, name: str) -> str:
    """The recorded guard that such a function meets: by its public name, or because its module is private."""
    public = f"{module.partition('.')[2]}.{name}"
    if public in _LOADING_APIS:
        return "loading_api"
    if public in _NON_MODELING_APIS:
        return "non_modeling_api"
    return "private_function" if ".src." in f"{module}." else "keras_function"


def of_tf_symbol(symbol: str) -> Judgement | None:
    """A function of TensorFlow's public API as a TFOpLambda names it (`math.add`, `compat.v1.io.gfile.rmtree`)."""
    plain = symbol.removeprefix("compat.v1.").removeprefix("compat.v2.")
    space, _, name = plain.rpartition(".")
    if name in _TF_GADGETS or plain.startswith(_TF_GADGET_SPACES):
        return Judgement(Risk.CRITICAL, "runs code, or opens what its argument names")
    if name in _TF_FILES:
        return Judgement(Risk.HIGH, "opens what its argument names")
    if space.partition(".")[0] == "keras":
        return of_keras(space, name)
    if not space:
        return _of_tf_direct(name)
    is_pure = space in _TF_PURE or _is_pure_io(space, name) or (space in _ASSERTING and name.startswith(_ASSERTIONS))
    return None if is_pure else Judgement(Risk.MEDIUM, "is no operation on tensors")


def _is_pure_io(space: str, name: str) -> bool:
    """`tf.io` holds decoders and parsers of tensors beside what opens files."""
    return space == "io" and name.startswith(
        ("decode_", "encode_", "parse_", "is_jpeg", "extract_jpeg", "serialize_", "deserialize_")
    )


def _of_tf_direct(name: str) -> Judgement | None:
    if name in _TF_DIRECT or name.startswith(_TF_DIRECT_PREFIXES):
        return Judgement(Risk.HIGH, "does more than compute on tensors")
    return None
