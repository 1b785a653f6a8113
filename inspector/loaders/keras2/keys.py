"""Whether a class of this release takes a config: unknown keys, values it refuses, keys it misses.

What decides are the recorded trials of each class. A key that no trial covers is answered by the constructor's signature or
by what unknown keys do to that class; else it is a gap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras2 import texts
from inspector.runtime.facts import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk
    from inspector.runtime.facts import ClassFacts
    from inspector.terms.runtime import CustomObject

# The keys of the recorded trial of unknown keys, and the single-quoted first of them, as they stand in its text.
_TRIED = ("zz_a", "zz_b")


@dataclass(slots=True)
class _Answers:
    """What the trials say of each key of one config."""

    unknown: list[str]
    refused: list[tuple[str, Rejected]]
    untried: list[str]


def config_events(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> Iterator[Event]:
    """What `cls.from_config(config)` raises because of the keys, in Python's order: unexpected, missing, refused."""
    answers = _answers(walk, cls, config)
    missing = _missing(walk, cls, config)
    if cls.has_kwargs:  # the constructor is entered first: Python's own check of missing arguments comes before
        yield from missing
        yield from _unknown(walk, cls, config, answers)
    else:
        yield from _unknown(walk, cls, config, answers)
        yield from missing
    for key, rejected in answers.refused:
        text = filled(rejected.text, config, config.get(key))
        yield walk.at(key).problem("KER103", cls.name, rejected.type, text, key=key, value=repr(config.get(key)))
    for key in answers.untried:
        yield walk.at(key).gap(f"what {cls.name} does with the key {key!r} was not recorded")


def _answers(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> _Answers:
    """Every key asked once."""
    answers = _Answers([], [], [])
    refusal = walk.facts.unknown_keys(walk.path, cls)
    for key, value in config.items():
        said = walk.facts.trial(walk.path, cls, key, value)
        if isinstance(said, Rejected):
            if _is_unknown_key(said, refusal, key, config):
                answers.unknown.append(key)
            else:
                answers.refused.append((key, said))
        elif said is False and key not in cls.parameters and cls.config is not None and key not in cls.config:
            if isinstance(refusal, Rejected):
                answers.unknown.append(key)
            elif refusal is False:
                answers.untried.append(key)
    return answers


def _is_unknown_key(said: Rejected, refusal: Rejected | bool, key: str, config: Mapping[str, Any]) -> bool:
    """Whether the trial was refused as any unknown key is: the same text but for the key."""
    if not isinstance(refusal, Rejected) or said.type != refusal.type:
        return False
    return filled(said.text, config, None) == filled(listed(refusal.text, {key: config[key]}), config, None)


def listed(text: str, found: Mapping[str, Any]) -> str:
    """The text of the trial of `zz_a` and `zz_b` with the keys of this config: as list, dict, or the first alone."""
    keys = list(found)
    text = re.sub(r"\['zz_a', 'zz_b'\]", lambda _: repr(keys), text)
    text = re.sub(r"\{'zz_a': 1, 'zz_b': 2\}", lambda _: repr(dict(found)), text)
    text = re.sub(r"\{'zz_a', 'zz_b'\}|\{'zz_b', 'zz_a'\}", lambda _: repr(set(keys)), text)
    return text.replace("zz_a", keys[0]).replace("zz_b", keys[-1])


def _unknown(walk: Walk, cls: ClassFacts, config: Mapping[str, Any], answers: _Answers) -> Iterator[Event]:
    """The one exception that names every unknown key."""
    refusal = walk.facts.unknown_keys(walk.path, cls)
    if not answers.unknown or not isinstance(refusal, Rejected):
        return
    text = filled(listed(refusal.text, {key: config[key] for key in answers.unknown}), config, None)
    keys = ", ".join(answers.unknown)
    yield walk.at(answers.unknown[0]).problem("KER102", cls.name, refusal.type, text, keys=keys, key=answers.unknown[0])


def _missing(walk: Walk, cls: ClassFacts, config: Mapping[str, Any]) -> list[Event]:
    """The exception for required keys that the config lacks."""
    absent = [key for key, required in cls.parameters.items() if required and key not in config]
    recorded = [(key, walk.facts.without(walk.path, cls, key)) for key in absent]
    for key, said in recorded:
        if isinstance(said, Rejected):
            text = filled(said.text, config, None)
            return [walk.problem("KER104", cls.name, said.type, text, key=key, keys=", ".join(absent))]
    return []


def filled(text: str, config: Mapping[str, Any] | None, value: Any) -> str:
    """A recorded text with its placeholders `{config}` and `{value}` filled in."""
    return text.replace("{config}", repr(dict(config or {}))).replace("{value}", repr(value))


def custom_events(walk: Walk, known: CustomObject, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the user's own class raises for the config, as far as its constructor is known."""
    if known.parameters is None:
        return
    unexpected = [key for key in config if key not in known.parameters]
    if unexpected and not known.has_kwargs:
        text = texts.unexpected_keyword(walk.python, known.name, unexpected[0])
        yield walk.problem("KER102", known.name, "TypeError", text, key=unexpected[0], keys=", ".join(unexpected))
    missing = [key for key in known.required if key not in config]
    if missing:
        text = texts.missing_argument(walk.python, known.name, missing)
        yield walk.problem("KER104", known.name, "TypeError", text, key=missing[0], keys=", ".join(missing))
