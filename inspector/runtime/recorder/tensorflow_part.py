# Recorder, TensorFlow part: op registry, kernels, versions, loaders of the TensorFlow that is imported here.

TF_LOADERS = (
    "tensorflow.saved_model.load",
    "tensorflow.compat.v1.saved_model.load",
    "tensorflow.compat.v1.saved_model.loader.load",
    "tensorflow.keras.models.load_model",
    "tensorflow.keras.experimental.load_from_saved_model",
    "tensorflow.compat.v1.import_graph_def",
    "tensorflow.compat.v1.train.import_meta_graph",
    "tensorflow.train.Checkpoint",
    "tensorflow.lite.Interpreter",
)


def record_tensorflow(imported):
    """Everything of TensorFlow that a model's graph may need. `imported` lists what `import_modules` noted."""
    if not importable("tensorflow"):
        return None
    import tensorflow as tf

    ops = op_list().op  # before anything else is looked up: lazily loaded parts of TensorFlow may register more
    return {
        "version": tf.__version__,
        "git_version": tf.version.GIT_VERSION,
        "graph_def": graph_versions(tf),
        "eager": bool(tf.executing_eagerly()),
        "cuda": bool(tf.test.is_built_with_cuda()),
        "loaders": [name for name in TF_LOADERS if public_object(name) is not None],
        "ops": {op.name: op_record(op) for op in ops},
        "kernels": kernel_records(),
        "gradients": gradient_names(),
        "behaviours": graph_behaviours(tf, ops),
        "added_by": {entry["module"]: entry["ops"] for entry in imported if entry.get("ops")},
    }


def graph_versions(tf):
    """The GraphDef versions: what it writes, the least it reads, the least that may read it."""
    return {
        "producer": tf.version.GRAPH_DEF_VERSION,
        "min_producer": tf.version.GRAPH_DEF_VERSION_MIN_PRODUCER,
        "min_consumer": tf.version.GRAPH_DEF_VERSION_MIN_CONSUMER,
    }


def tensorflow_library():
    """The native library that holds this process's registries.

    It is opened without loading (RTLD_NOLOAD): releases with a second copy of the registry in `libtensorflow_cc` would
    otherwise answer from the copy, which knows no add-on.
    """
    import ctypes

    import tensorflow.python.pywrap_tensorflow  # noqa: F401  (puts the library into the process)

    folder = os.path.dirname(sys.modules["tensorflow.python.pywrap_tensorflow"].__file__)
    suffix = ".pyd" if os.name == "nt" else ".so"
    mode = getattr(os, "RTLD_NOLOAD", 0) | getattr(os, "RTLD_LAZY", 0)
    return ctypes.CDLL(os.path.join(folder, "_pywrap_tensorflow_internal" + suffix), mode=mode)


def read_buffer(function, message, status):
    """The protobuf message in the TF_Buffer that a function of the C API returns."""
    import ctypes

    class Buffer(ctypes.Structure):
        _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("deallocator", ctypes.c_void_p)]

    function.restype = ctypes.POINTER(Buffer)
    function.argtypes = [ctypes.c_void_p] if status else []
    buffer = function(*status).contents
    message.ParseFromString(ctypes.string_at(buffer.data, buffer.length))
    return message


def op_list():
    """The OpList of every op that is registered in this process."""
    from tensorflow.core.framework import op_def_pb2

    return read_buffer(tensorflow_library().TF_GetAllOpList, op_def_pb2.OpList(), [])


def kernel_list():
    """The KernelList of every kernel that is registered in this process."""
    import ctypes

    from tensorflow.core.framework import kernel_def_pb2

    library = tensorflow_library()
    library.TF_NewStatus.restype = ctypes.c_void_p
    return read_buffer(library.TF_GetAllRegisteredKernels, kernel_def_pb2.KernelList(), [library.TF_NewStatus()])


def op_record(op):
    """An OpDef; what is unset is left out."""
    return dropped(
        {
            "in": [arg_record(arg) for arg in op.input_arg],
            "out": [arg_record(arg) for arg in op.output_arg],
            "attr": [attr_record(attr) for attr in op.attr],
            "deprecated": [op.deprecation.version, op.deprecation.explanation] if op.HasField("deprecation") else None,
            "flags": [name for name in OP_FLAGS if getattr(op, name, False)],
        },
    )


# In the order in which TensorFlow's messages print them.
OP_FLAGS = (
    "is_commutative",
    "is_aggregate",
    "is_stateful",
    "allows_uninitialized_input",
    "is_distributed_communication",
)


def arg_record(arg):
    """An input or output: [name, type as written in messages, name of the list(type) attribute where it is one]."""
    kind = dtype_name(arg.type).lower() if arg.type else arg.type_attr
    if arg.number_attr:
        kind = arg.number_attr + "*" + kind
    if arg.is_ref:
        kind = "Ref(" + kind + ")"
    return [arg.name, kind] + ([arg.type_list_attr] if arg.type_list_attr else [])


def attr_record(attr):
    """An attribute of an OpDef. `default` as {kind: value}, since an empty default is a default too."""
    return dropped(
        {
            "name": attr.name,
            "type": attr.type,
            "default": attr_value(attr.default_value) if attr.HasField("default_value") else None,
            "min": attr.minimum if attr.has_minimum else None,
            "allowed": attr_value(attr.allowed_values)["list"] if attr.HasField("allowed_values") else None,
        },
    )


def attr_value(value):
    """An AttrValue as {kind: JSON value}: types without their `DT_`, bytes as Latin-1 text."""
    kind = value.WhichOneof("value")
    if kind is None:
        return {}
    if kind == "list":
        return {"list": [plain(item, name.name) for name, items in value.list.ListFields() for item in items]}
    return {kind: plain(getattr(value, kind), kind)}


def plain(value, kind):
    """A part of an AttrValue as JSON holds it."""
    if kind == "s":
        return value.decode("latin-1")
    if kind == "type":
        return dtype_name(value)
    if kind == "shape":
        return None if value.unknown_rank else [dim.size for dim in value.dim]
    if kind == "func":
        return value.name
    if kind == "tensor":
        return tensor_record(value)
    return value


def tensor_record(proto):
    """A TensorProto of an OpDef: all of them are small."""
    from tensorflow.python.framework import tensor_util

    values = tensor_util.MakeNdarray(proto)
    return {"type": dtype_name(proto.dtype), "shape": list(values.shape), "values": values.ravel().tolist()}


def dtype_name(number):
    """A DataType's name without `DT_`."""
    from tensorflow.core.framework import types_pb2

    return types_pb2.DataType.Name(number)[3:]


def dropped(fields):
    """A dict without what is unset."""
    return {name: value for name, value in fields.items() if value is not None and value != []}


def kernel_records():
    """Op to its kernels: [device, {attribute: types}], and the label where only a `_kernel` attribute selects it."""
    found = {}
    for kernel in kernel_list().kernel:
        constraints = {c.name: attr_value(c.allowed_values)["list"] for c in kernel.constraint}
        entry = [kernel.device_type, constraints] + ([kernel.label] if kernel.label else [])
        found.setdefault(kernel.op, []).append(entry)
    return {op: sorted(kernels, key=json.dumps) for op, kernels in sorted(found.items())}


def graph_behaviours(tf, ops):
    """What this release does where releases differ, found by trying."""
    unknown_attr = graph_error(tf, "AddN", "zz_unknown") or {}
    is_refused = "mentions attr 'zz_unknown'" in unknown_attr.get("message", "")
    return {
        "unknown_attr": "error" if is_refused else "ignored",
        "unknown_op": graph_error(tf, "ZzUnknownOp"),
        "long_lists": long_lists(tf, ops),
    }


def long_lists(tf, ops):
    """How messages print long lists of allowed types: TensorFlow 1.15 to 2.3 elide them, 2.9 to 2.12 put in a hash."""
    found = {}
    for op in ops:
        for attr in op.attr:
            names = [dtype_name(number) for number in attr.allowed_values.list.type]
            if len(names) >= LONG_LIST and " ".join(names) not in found:
                found[" ".join(names)] = printed_list(tf, op.name, attr.name)
    return {names: text for names, text in found.items() if text and text.count(",") + 1 < len(names.split())}


LONG_LIST = 12  # the shortest list that any release elides has 15 values


def printed_list(tf, op, attr):
    """The allowed values of an attribute as a message prints them; None where no message does."""
    message = (graph_error(tf, op, "zz_unknown") or {}).get("message", "")
    found = re.search("attr=" + attr + r":[^;]*allowed=\[([^]]*)\]", message)
    return found.group(1) if found else None


def graph_error(tf, op, attr=None):
    """What importing a graph of one node without inputs raises; None where it does not."""
    from tensorflow.core.framework import graph_pb2

    graph = graph_pb2.GraphDef()
    graph.versions.producer = tf.version.GRAPH_DEF_VERSION
    node = graph.node.add()
    node.name, node.op = "node", op
    if attr:
        node.attr[attr].i = 1
    try:
        with tf.Graph().as_default():
            tf.compat.v1.import_graph_def(graph, name="")
    except Exception as error:  # noqa: BLE001  (which exception it is, is the fact)
        return error_of(error)
    return None


def gradient_names():
    """The names of the gradient registry: ops and `_gradient_op_type` values that a graph may name."""
    from tensorflow.python.framework import ops

    registry = getattr(ops, "gradient_registry", None) or getattr(ops, "_gradient_registry", None)
    return sorted(registry.list()) if registry else []
