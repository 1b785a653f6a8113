"""SARIF: valid by the standard's schema, the same on every machine, each rule and place its own."""

from __future__ import annotations

import json

import jsonschema
import pytest
from conftest import CLASSIC, FIXTURES, LOCKS
from report_cases import damaged, finding, report

import inspector
from inspector.report.formats import render
from inspector.terms.finding import Gap, Location, Suppressed
from inspector.terms.record import replace

SCHEMA = json.loads((FIXTURES / "sarif" / "sarif-2.1.0-rtm.5.json").read_text())


def sarif(found):
    log = json.loads(render(found, "sarif"))
    jsonschema.validate(log, SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    return log["runs"][0]


@pytest.mark.parametrize("model", ["my_custom_layer", "my_custom_layer.h5", "my_custom_layer.keras", "cnn.keras"])
@pytest.mark.parametrize("against", [None, str(LOCKS / "tf2.10.1.txt"), str(LOCKS / "tf2.21.0.txt")])
def test_follows_the_schema(model, against):
    sarif(inspector.inspect(str(CLASSIC / "tf2.15.1" / model), against=against))


def test_schema_refuses_another_shape():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": "2.1.0", "runs": [{"results": []}]}, SCHEMA)


def test_a_result_names_its_rule_its_file_its_member_and_its_place():
    run = sarif(report(finding()))
    (result,), (rule,) = run["results"], run["tool"]["driver"]["rules"]
    assert (result["ruleId"], result["level"], result["rank"]) == ("SEC304", "error", 95.0)
    assert rule["id"] == "SEC304"
    assert rule["help"]["markdown"].startswith("# SEC304 ambiguous-format")
    assert float(rule["properties"]["security-severity"]) > 0
    place = result["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "models/my%20model.keras"
    assert [at["fullyQualifiedName"] for at in place["logicalLocations"]] == ["config.json", "/config/layers/1"]


def test_rules_are_listed_once_and_found_by_their_index():
    run = sarif(report(finding(), finding(pointer="/config/layers/2"), finding(rule="KER101")))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["KER101", "SEC304"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_file_of_a_folder_is_named_by_its_own_path(tmp_path):
    found = sarif(inspector.inspect(str(damaged(tmp_path))))["results"][0]["locations"][0]
    assert found["physicalLocation"]["artifactLocation"]["uri"].endswith("/saved_model.pb")
    assert found["physicalLocation"]["region"]["byteOffset"] == 3


@pytest.mark.parametrize("member", ["../../etc/passwd", "a b\n\x1b[31m%.json", "\ud800", "http://x/", "c:\\x"])
@pytest.mark.parametrize("is_directory", [False, True])
def test_hostile_names_are_encoded_and_lead_nowhere(member, is_directory):
    text = sarif(report(finding(member=member), is_directory=is_directory))
    uri = text["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("models/my%20model.keras")
    assert "/../" not in uri
    assert uri.isprintable()


def test_text_with_brackets_makes_no_link():
    message = sarif(report(finding(message="see [here](1)")))["results"][0]["message"]["text"]
    assert "\\[here\\](1)" in message


def test_fingerprints_know_neither_the_machine_nor_the_name_of_the_file():
    def prints(found, path):
        return sarif(replace(found, artifact=replace(found.artifact, path=path)))["results"][0]["partialFingerprints"]

    found = report(finding(member=""))
    assert prints(found, "/a/x.keras") == prints(found, "b/y.keras")
    other = report(finding(member="", details={"code": "other"}))
    first, second = prints(found, "x"), prints(other, "x")
    assert first["place/v1"] == second["place/v1"]
    assert first["content/v1"] != second["content/v1"]


def test_what_is_suppressed_stands_there_as_such():
    entry = Suppressed(finding(), "suppression", "reviewed", "2030-01-01")
    (result,) = sarif(replace(report(), suppressed=(entry,)))["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "reviewed (until 2030-01-01)"}
    ]


def test_gaps_and_the_exit_status_are_said():
    gap = Gap(Location("config.json"), "larger than it may be")
    (invocation,) = sarif(replace(report(), gaps=(gap,), exit_status=3))["invocations"]
    assert invocation["exitCode"] == 3
    assert "larger than it may be" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_a_baseline_is_said_of_every_result():
    states = [r["baselineState"] for r in sarif(report(finding(standing="known"), finding(standing="new")))["results"]]
    assert states == ["unchanged", "new"]
