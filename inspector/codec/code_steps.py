"""What each instruction does to a stack of texts, by its name: one table for Python 2.7 and 3.6 to 3.14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.codec.code_machine import NULL, Machine, shown

if TYPE_CHECKING:
    from collections.abc import Callable

_BINARY = {
    "ADD": "+", "SUBTRACT": "-", "MULTIPLY": "*", "TRUE_DIVIDE": "/", "DIVIDE": "/", "FLOOR_DIVIDE": "//",
    "MODULO": "%", "POWER": "**", "MATRIX_MULTIPLY": "@", "LSHIFT": "<<", "RSHIFT": ">>", "AND": "&", "OR": "|",
    "XOR": "^",
}  # fmt: skip
_UNARY = {"NEGATIVE": "-", "POSITIVE": "+", "NOT": "not ", "INVERT": "~", "CONVERT": "repr "}
# Include/internal/pycore_opcode_utils.h and opcode.h, _nb_ops: the argument of BINARY_OP; from 13 on in place.
_NUMBER_OPS = ("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^")
_COMPARISONS = ("<", "<=", "==", "!=", ">", ">=", "in", "not in", "is", "is not", "matches exception", "BAD")
# The operator stands above four bits of flags from 3.12 on, above five from 3.13 on, where one asks for a truth value
# (https://docs.python.org/3.13/library/dis.html#opcode-COMPARE_OP).
_COMPARE_SHIFT = {"3.12": 4, "3.13": 5, "3.14": 5}
_SUBSCRIPT = 26  # BINARY_OP of 3.14


def _load_const(machine: Machine, argument: int) -> None:
    consts = machine.code.consts
    value = consts[argument] if argument < len(consts) else "?"
    # The texts of Python 2 are bytes.
    machine.push(shown(value.decode("latin-1") if machine.minor < 0 and isinstance(value, bytes) else value))


def _load_global(machine: Machine, argument: int) -> None:
    if machine.minor >= 11:  # noqa: PLR2004 - the lowest bit asks for a NULL from 3.11 on
        pushed = [machine.name(argument >> 1), *[NULL] * (argument & 1)]
        for item in pushed if machine.minor >= 13 else pushed[::-1]:  # noqa: PLR2004 - NULL lies below before 3.13
            machine.push(item)
        return
    machine.push(machine.name(argument))


def _load_attr(machine: Machine, argument: int) -> None:
    owner = machine.pop()
    if machine.minor >= 12:  # noqa: PLR2004 - methods are loaded by LOAD_ATTR from 3.12 on
        machine.push(f"{owner}.{machine.name(argument >> 1)}")
        if argument & 1:
            machine.push(NULL)
        return
    machine.push(f"{owner}.{machine.name(argument)}")


def _load_method(machine: Machine, argument: int) -> None:
    machine.push(f"{machine.pop()}.{machine.name(argument)}")
    machine.push(NULL)


def _two_locals(machine: Machine, argument: int) -> None:
    # LOAD_FAST_LOAD_FAST of 3.13: two indexes of four bits each.
    machine.push(machine.local(argument >> 4))
    machine.push(machine.local(argument & 15))


def _load_deref(machine: Machine, argument: int) -> None:
    machine.push(machine.cell(argument))


def _called(machine: Machine, arguments: list[str], *, with_null: bool) -> None:
    """Take the callable, and the NULL or self beside it, whichever comes first."""
    found = [item for item in machine.pops(2 if with_null else 1) if item] or ["?"]
    callee, arguments = found[0], found[1:] + arguments
    text = f"{callee}({', '.join(arguments)})"
    machine.event("call", text)
    machine.push(text)


def _named(arguments: list[str], names: tuple[str, ...] | list[str]) -> list[str]:
    """The last arguments with their keywords."""
    plain = len(arguments) - len(names)
    return arguments[: max(plain, 0)] + [
        f"{name}={value}" for name, value in zip(names, arguments[max(plain, 0) :], strict=False)
    ]


def _call(machine: Machine, argument: int) -> None:
    # 3.11 and 3.12 name the keywords by KW_NAMES before CALL, which counts positional and keyword arguments together.
    arguments = _named(machine.pops(argument), machine.keywords)
    machine.keywords = ()
    _called(machine, arguments, with_null=True)


def _kw_names(machine: Machine, argument: int) -> None:
    consts = machine.code.consts
    names = consts[argument] if argument < len(consts) else ()
    machine.keywords = tuple(str(name) for name in names) if isinstance(names, tuple) else ()


def _call_kw(machine: Machine, argument: int) -> None:
    """CALL_KW of 3.13 and CALL_FUNCTION_KW: the keywords lie on the stack as a tuple of texts."""
    names = [name.strip(" '\"") for name in machine.pop().strip("()").split(",") if name.strip()]
    _called(machine, _named(machine.pops(argument), names), with_null=machine.minor >= 13)  # noqa: PLR2004


def _call_method(machine: Machine, argument: int) -> None:
    _called(machine, machine.pops(argument), with_null=True)


def _call_ex(machine: Machine, argument: int) -> None:
    given = machine.pops(2 if argument & 1 or machine.minor >= 14 else 1)  # noqa: PLR2004 - 3.14 pushes both always
    stars = [f"{'*' * (place + 1)}{text}" for place, text in enumerate(given) if text]
    _called(machine, stars, with_null=machine.minor >= 11)  # noqa: PLR2004 - see _load_global


def _call_var(*stars: str) -> Callable[[Machine, int], None]:
    """Python 2.7: CALL_FUNCTION_VAR, _KW and _VAR_KW, whose starred arguments lie on top of the others."""

    def call(machine: Machine, argument: int) -> None:
        given = [f"{star}{text}" for star, text in zip(stars, machine.pops(len(stars)), strict=False)]
        pairs = machine.pops(2 * (argument >> 8 & 255))
        named = [f"{key.strip(chr(39))}={value}" for key, value in zip(pairs[::2], pairs[1::2], strict=False)]
        _called(machine, [*machine.pops(argument & 255), *named, *given], with_null=False)

    return call


def _call_function(machine: Machine, argument: int) -> None:
    if machine.minor < 0:  # Python 2.7: the high byte counts keywords, each with its value
        _call_var()(machine, argument)
        return
    _called(machine, machine.pops(argument), with_null=False)


def _binary_op(machine: Machine, argument: int) -> None:
    left, right = ["?", "?", *machine.pops(2)][-2:]
    if argument == _SUBSCRIPT:
        machine.push(f"{left}[{right}]")
    else:
        machine.push(f"({left} {_NUMBER_OPS[argument % 13]} {right})")


def _compare(machine: Machine, argument: int) -> None:
    left, right = ["?", "?", *machine.pops(2)][-2:]
    place = argument >> _COMPARE_SHIFT.get(machine.python, 0)
    machine.push(f"({left} {_COMPARISONS[place] if place < len(_COMPARISONS) else '?'} {right})")


def _subscript(machine: Machine, _argument: int) -> None:
    left, right = ["?", "?", *machine.pops(2)][-2:]
    machine.push(f"{left}[{right}]")


def _binary_slice(machine: Machine, _argument: int) -> None:
    owner, start, stop = ["?", "?", "?", *machine.pops(3)][-3:]
    machine.push(f"{owner}[{start}:{stop}]".replace("None", ""))


def _import_name(machine: Machine, argument: int) -> None:
    # The level of a relative import and the names that are asked for.
    machine.pops(2)
    machine.event("import", machine.name(argument))
    machine.push(machine.name(argument))


def _import_from(machine: Machine, argument: int) -> None:
    machine.push(f"{machine.stack[-1] if machine.stack else '?'}.{machine.name(argument)}")


def _build(opening: str, closing: str) -> Callable[[Machine, int], None]:
    def build(machine: Machine, argument: int) -> None:
        machine.push(opening + ", ".join(machine.pops(argument)) + closing)

    return build


def _build_map(machine: Machine, argument: int) -> None:
    if machine.minor < 0:  # Python 2.7 fills it by STORE_MAP
        machine.push("{}")
        return
    items = machine.pops(2 * argument)
    machine.push("{" + ", ".join(f"{k}: {v}" for k, v in zip(items[::2], items[1::2], strict=False)) + "}")


def _const_key_map(machine: Machine, argument: int) -> None:
    keys = machine.pop().strip("()").split(", ")
    machine.push("{" + ", ".join(f"{k}: {v}" for k, v in zip(keys, machine.pops(argument), strict=False)) + "}")


def _store_map(machine: Machine, _argument: int) -> None:
    whole, value, key = ["?", "?", "?", *machine.pops(3)][-3:]
    machine.push(whole[:-1] + (", " if len(whole) > 2 else "") + f"{key}: {value}}}")  # noqa: PLR2004 - not the first


def _extend(machine: Machine, _argument: int) -> None:
    """LIST_EXTEND, DICT_MERGE and the like fill the container below with what is on top."""
    added = machine.pop()
    if machine.stack and machine.stack[-1] in {"[]", "{}", "()"}:
        machine.stack[-1] = added


def _make_function(machine: Machine, argument: int) -> None:
    name = machine.pop() if 0 <= machine.minor < 11 else ""  # noqa: PLR2004 - the qualified name left the stack in 3.11
    code = machine.pop()
    if machine.minor < 13:  # noqa: PLR2004 - SET_FUNCTION_ATTRIBUTE since
        machine.pops(argument if machine.minor < 0 else (argument & 15).bit_count())
    machine.push(code if code.startswith("<function") else name)


def _return(machine: Machine, _argument: int) -> None:
    machine.event("return", machine.pop())


def _return_const(machine: Machine, argument: int) -> None:
    _load_const(machine, argument)
    _return(machine, 0)


def _store_attr(machine: Machine, argument: int) -> None:
    value, owner = ["?", "?", *machine.pops(2)][-2:]
    machine.event("store", f"{owner}.{machine.name(argument)} = {value}")


def _store_global(machine: Machine, argument: int) -> None:
    machine.event("store", f"global {machine.name(argument)} = {machine.pop()}")


def _store_subscript(machine: Machine, _argument: int) -> None:
    value, owner, key = ["?", "?", "?", *machine.pops(3)][-3:]
    machine.event("store", f"{owner}[{key}] = {value}")


def _swap(machine: Machine, argument: int) -> None:
    if 0 < argument <= len(machine.stack):
        stack = machine.stack
        stack[-1], stack[-argument] = stack[-argument], stack[-1]


def _copy(machine: Machine, argument: int) -> None:
    machine.push(machine.stack[-argument] if 0 < argument <= len(machine.stack) else "?")


def _rotate(count: int) -> Callable[[Machine, int], None]:
    def rotate(machine: Machine, argument: int) -> None:
        depth = count or argument
        if 0 < depth <= len(machine.stack):
            machine.stack.insert(len(machine.stack) - depth, machine.stack.pop())

    return rotate


def _unpack(machine: Machine, argument: int) -> None:
    whole = machine.pop()
    for place in range(min(argument, 64) - 1, -1, -1):
        machine.push(f"{whole}[{place}]")


def _store_and_load(machine: Machine, argument: int) -> None:
    machine.store(argument >> 4)
    machine.push(machine.local(argument & 15))


def _store_two(machine: Machine, argument: int) -> None:
    machine.store(argument >> 4)
    machine.store(argument & 15)


def _set_attribute(machine: Machine, _argument: int) -> None:
    function = machine.pop()
    machine.pop()
    machine.push(function)


def _popping(count: int) -> Callable[[Machine, int], None]:
    def pop(machine: Machine, _argument: int) -> None:
        machine.pops(count)

    return pop


def _pushing(text: str) -> Callable[[Machine, int], None]:
    return lambda machine, _argument: machine.push(text)


def _operator(sign: str) -> Callable[[Machine, int], None]:
    def operate(machine: Machine, _argument: int) -> None:
        left, right = ["?", "?", *machine.pops(2)][-2:]
        machine.push(f"({left} {sign} {right})")

    return operate


def _sign(sign: str) -> Callable[[Machine, int], None]:
    return lambda machine, _argument: machine.push(f"{sign}{machine.pop()}")


def _membership(plain: str, negated: str) -> Callable[[Machine, int], None]:
    return lambda machine, argument: _operator(negated if argument else plain)(machine, argument)


HANDLERS: dict[str, Callable[[Machine, int], None]] = {
    **{f"BINARY_{name}": _operator(sign) for name, sign in _BINARY.items()},
    **{f"INPLACE_{name}": _operator(sign) for name, sign in _BINARY.items()},
    **{f"UNARY_{name}": _sign(sign) for name, sign in _UNARY.items()},
    **dict.fromkeys(("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"), _two_locals),
    **dict.fromkeys(
        ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_FAST_AND_CLEAR"),
        lambda machine, argument: machine.push(machine.local(argument)),
    ),
    **dict.fromkeys(("LOAD_DEREF", "LOAD_CLOSURE", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"), _load_deref),
    **dict.fromkeys(("POP_TOP", "STORE_DEREF", "STORE_NAME", "END_FOR", "POP_ITER"), _popping(1)),
    **dict.fromkeys(("RAISE_VARARGS", "JUMP_IF_NOT_EXC_MATCH", "POP_JUMP"), _popping(1)),
    **dict.fromkeys(("LIST_EXTEND", "SET_UPDATE", "DICT_MERGE", "DICT_UPDATE"), _extend),
    **dict.fromkeys(("LIST_APPEND", "SET_ADD", "MAP_ADD"), _popping(1)),
    **dict.fromkeys(("BUILD_LIST", "BUILD_LIST_UNPACK"), _build("[", "]")),
    **dict.fromkeys(("BUILD_TUPLE", "BUILD_TUPLE_UNPACK", "BUILD_TUPLE_UNPACK_WITH_CALL"), _build("(", ")")),
    **dict.fromkeys(("CALL_KW", "CALL_FUNCTION_KW"), _call_kw),
    **dict.fromkeys(("DUP_TOP", "DUP_TOPX"), lambda machine, _argument: _copy(machine, 1)),
    "BINARY_OP": _binary_op,
    "BINARY_SLICE": _binary_slice,
    "BINARY_SUBSCR": _subscript,
    "BUILD_CONST_KEY_MAP": _const_key_map,
    "BUILD_MAP": _build_map,
    "BUILD_SET": _build("{", "}"),
    "BUILD_SLICE": lambda machine, argument: machine.push(":".join(machine.pops(argument)).replace("None", "")),
    "BUILD_STRING": _build("", ""),
    "CALL": _call,
    "CALL_FUNCTION": _call_function,
    "CALL_FUNCTION_EX": _call_ex,
    "CALL_FUNCTION_VAR": _call_var("*"),
    "CALL_FUNCTION_VAR_KW": _call_var("*", "**"),
    "CALL_METHOD": _call_method,
    "COMPARE_OP": _compare,
    "CONTAINS_OP": _membership("in", "not in"),
    "COPY": _copy,
    "EXEC_STMT": lambda machine, _argument: machine.event("call", f"exec({', '.join(machine.pops(3))})"),
    "FORMAT_WITH_SPEC": _popping(1),
    "FOR_ITER": _pushing("item"),
    "IMPORT_FROM": _import_from,
    "IMPORT_NAME": _import_name,
    "IS_OP": _membership("is", "is not"),
    "KW_NAMES": _kw_names,
    "LOAD_ATTR": _load_attr,
    "LOAD_BUILD_CLASS": _pushing("__build_class__"),
    "LOAD_CONST": _load_const,
    "LOAD_GLOBAL": _load_global,
    "LOAD_METHOD": _load_method,
    "LOAD_NAME": lambda machine, argument: machine.push(machine.name(argument)),
    "LOAD_SMALL_INT": lambda machine, argument: machine.push(str(argument)),
    "MAKE_CLOSURE": _make_function,
    "MAKE_FUNCTION": _make_function,
    "PUSH_NULL": _pushing(NULL),
    "RETURN_CONST": _return_const,
    "RETURN_VALUE": _return,
    "ROT_FOUR": _rotate(4),
    "ROT_N": _rotate(0),
    "ROT_THREE": _rotate(3),
    "ROT_TWO": _rotate(2),
    "SET_FUNCTION_ATTRIBUTE": _set_attribute,
    "SLICE+0": _sign(""),
    "SLICE+1": _operator(":"),
    "SLICE+2": _operator(":"),
    "SLICE+3": _binary_slice,
    "STORE_ATTR": _store_attr,
    "STORE_FAST": lambda machine, argument: machine.store(argument),
    "STORE_FAST_LOAD_FAST": _store_and_load,
    "STORE_FAST_STORE_FAST": _store_two,
    "STORE_GLOBAL": _store_global,
    "STORE_MAP": _store_map,
    "STORE_SUBSCR": _store_subscript,
    "SWAP": _swap,
    "UNPACK_SEQUENCE": _unpack,
}


# Names that stand for something else in Python 2.7.
HANDLERS_27 = HANDLERS | {"CALL_FUNCTION_KW": _call_var("**")}
