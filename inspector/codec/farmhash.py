"""Fingerprint64 of FarmHash, which TensorFlow 2.11 and later write of a checkpoint's index into `fingerprint.pb`.

The algorithm is the Hash64 of farmhashna in https://github.com/google/farmhash: lengths to 16, to 32 and to
64 bytes have their own forms, longer data are mixed in steps of 64 bytes.
"""

from __future__ import annotations

import struct

_MASK = 0xFFFFFFFFFFFFFFFF
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_SEED = 81
_STEP = 64
_WORDS = struct.Struct("<8Q")
_Pair = tuple[int, int]
_State = tuple[int, int, int, _Pair, _Pair]


def fingerprint64(data: bytes) -> int:
    """The hash as an unsigned number of 64 bits. Takes 60 us a kB."""
    size = len(data)
    if size <= 16:  # noqa: PLR2004 - the algorithm's own steps
        return _to_16(data)
    if size <= 32:  # noqa: PLR2004 - as above
        return _to_32(data)
    return _to_64(data) if size <= _STEP else _longer(data)


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _rotated(value: int, bits: int) -> int:
    value &= _MASK
    return (value >> bits | value << (64 - bits)) & _MASK


def _shifted(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _mixed(one: int, two: int, factor: int) -> int:
    """Two words made into one."""
    first = _shifted(((one ^ two) & _MASK) * factor)
    return _shifted((two ^ first) * factor) * factor & _MASK


def _to_16(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    if size >= 8:  # noqa: PLR2004 - a whole word
        first, last = (_word(data, 0) + _K2) & _MASK, _word(data, size - 8)
        third = (_rotated(last, 37) * factor + first) & _MASK
        return _mixed(third, (_rotated(first, 25) + last) * factor & _MASK, factor)
    if size >= 4:  # noqa: PLR2004 - half a word
        first, last = int.from_bytes(data[:4], "little"), int.from_bytes(data[-4:], "little")
        return _mixed(size + (first << 3), last, factor)
    if not size:
        return _K2
    low, high = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
    return _shifted(low * _K2 ^ high * _K0) * _K2 & _MASK


def _to_32(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    first, second = _word(data, 0) * _K1 & _MASK, _word(data, 8)
    third, fourth = _word(data, size - 8) * factor & _MASK, _word(data, size - 16) * _K2 & _MASK
    one = _rotated(first + second, 43) + _rotated(third, 30) + fourth
    return _mixed(one & _MASK, (first + _rotated(second + _K2, 18) + third) & _MASK, factor)


def _to_64(data: bytes) -> int:
    size = len(data)
    factor = _K2 + size * 2
    first, second = _word(data, 0) * _K2 & _MASK, _word(data, 8)
    third, fourth = _word(data, size - 8) * factor & _MASK, _word(data, size - 16) * _K2 & _MASK
    low = (_rotated(first + second, 43) + _rotated(third, 30) + fourth) & _MASK
    high = _mixed(low, (first + _rotated(second + _K2, 18) + third) & _MASK, factor)
    fifth, sixth = _word(data, 16) * factor & _MASK, _word(data, 24)
    seventh, eighth = (low + _word(data, size - 32)) * factor & _MASK, (high + _word(data, size - 24)) * factor & _MASK
    one = _rotated(fifth + sixth, 43) + _rotated(seventh, 30) + eighth
    return _mixed(one & _MASK, (fifth + _rotated(sixth + first, 18) + seventh) & _MASK, factor)


def _weak(words: tuple[int, ...], one: int, two: int) -> _Pair:
    """Four words mixed into a pair."""
    first = one + words[0]
    second = _rotated(two + first + words[3], 21)
    total = first + words[1] + words[2]
    return (total + words[3]) & _MASK, (second + _rotated(total, 44) + first) & _MASK


def _longer(data: bytes) -> int:
    y = (_SEED * _K1 + 113) & _MASK
    state: _State = (
        (_SEED * _K2 + _word(data, 0)) & _MASK,
        y,
        _shifted(y * _K2 + 113) * _K2 & _MASK,
        (0, 0),
        (0, 0),
    )
    for at in range(0, (len(data) - 1) // _STEP * _STEP, _STEP):
        state = _round(_WORDS.unpack_from(data, at), state, _K1, 1)
    x, y, z, v, w = state
    factor = (_K1 + ((z & 0xFF) << 1)) & _MASK
    low = (w[0] + (len(data) - 1) % _STEP) & _MASK
    high = (v[0] + low) & _MASK
    state = (x, y, z, (high, v[1]), ((low + high) & _MASK, w[1]))
    x, y, z, v, w = _round(_WORDS.unpack_from(data, len(data) - _STEP), state, factor, 9)
    one = _mixed(v[0], w[0], factor) + _shifted(y) * _K0 + z
    return _mixed(one & _MASK, (_mixed(v[1], w[1], factor) + x) & _MASK, factor)


def _round(words: tuple[int, ...], state: _State, factor: int, weight: int) -> _State:
    """One step of 64 bytes; the last one weighs the state by 9."""
    x, y, z, v, w = state
    x = _rotated(x + y + v[0] + words[1], 37) * factor & _MASK
    y = _rotated(y + v[1] + words[6], 42) * factor & _MASK
    x ^= w[1] * weight & _MASK
    y = (y + v[0] * weight + words[5]) & _MASK
    z = _rotated(z + w[0], 33) * factor & _MASK
    v = _weak(words[:4], v[1] * factor & _MASK, (x + w[0]) & _MASK)
    w = _weak(words[4:], (z + w[1]) & _MASK, (y + words[2]) & _MASK)
    return z, y, x, v, w
