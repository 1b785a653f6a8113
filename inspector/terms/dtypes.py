"""Data types by number and name, as `DataType` of TensorFlow's types.proto and `tf.DType.name` spell them."""

from __future__ import annotations

REF_OFFSET = 100  # `float32_ref` is 101: reference types of TF1 variables

NAMES: dict[int, str] = {
    0: "invalid",
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
    24: "float8_e5m2",
    25: "float8_e4m3fn",
    26: "float8_e4m3fnuz",
    27: "float8_e4m3b11fnuz",
    28: "float8_e5m2fnuz",
    29: "int4",
    30: "uint4",
    31: "int2",
    32: "uint2",
    33: "float4_e2m1fn",
}


def name_of(number: int) -> str:
    """The name of a DataType number; `dtype-N` for a number that no release up to 2.21 knows."""
    # types.proto gives each type T a T_REF at T + 100; only TF1's variables (`VariableV2`) have such tensors.
    if number > REF_OFFSET and number - REF_OFFSET in NAMES:
        return f"{NAMES[number - REF_OFFSET]}_ref"
    return NAMES.get(number, f"dtype-{number}")


def number_of(name: str) -> int:
    """The DataType number of a name as `name_of` gives it."""
    if name.startswith("dtype-"):
        return int(name.removeprefix("dtype-"))
    return next(number for number, known in NAMES.items() if known == name)
