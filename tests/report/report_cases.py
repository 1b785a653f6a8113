"""Reports made by hand, for tests of how they are written."""

from __future__ import annotations

from inspector.terms.artifact import Artifact, Format
from inspector.terms.audit import Confidence, Exposure, Moment, Risk
from inspector.terms.finding import Category, Finding, Location, Severity
from inspector.terms.report import Report, Requirements


def finding(rule="SEC304", *, member="config.json", pointer="/config/layers/1", **fields):
    security = rule.startswith("SEC")
    words = {
        "name": "a-name",
        "severity": Severity.ERROR,
        "category": Category.SECURITY if security else Category.COMPAT,
        "message": "something is there",
        "fix": "remove it",
        "subject": "Lambda",
    }
    danger = {
        "risk": Risk.CRITICAL,
        "confidence": Confidence.HIGH,
        "moment": Moment.LOAD,
        "exposure": Exposure.RUNS,
        "exposure_text": "runs in keras 3.0.0 to 3.10.0",
    }
    return Finding(rule=rule, locations=(Location(member, pointer),), **(words | (danger if security else {}) | fields))


def report(*findings, path="models/my model.keras", is_directory=False, **fields):
    artifact = Artifact(path, Format.KERAS, is_directory, ".keras", b"PK")
    parts = {
        "runtime": None,
        "outcomes": (),
        "required": (),
        "requirements": Requirements(),
        "gaps": (),
    }
    return Report(artifact=artifact, findings=findings, **(parts | fields))


def damaged(folder):
    """A SavedModel that is cut short, with a text form beside it."""
    (folder / "saved_model.pb").write_bytes(b"\x08\x01\x12\xff")
    (folder / "saved_model.pbtxt").write_bytes(b"x")
    return folder
