"""Settings: what the environment and an event make, and what is wrong with them."""

import msgspec
import pytest

from auditor.scheduled.settings import ASKABLE, Settings, SettingsError
from auditor.severity import Severity

BUCKET = {"AUDITOR_BUCKET": "reports"}


def test_the_environment_is_read_by_the_types_of_the_settings():
    environment = {"AUDITOR_REGIONS": "eu-west-1, us-east-1,", "AUDITOR_WORKERS": "8", "AUDITOR_TIMEOUT": "2.5"}
    settings = Settings.of({**BUCKET, **environment, "AUDITOR_SEVERITIES": "high,low", "PATH": "/bin"}, {})
    assert settings.regions == ("eu-west-1", "us-east-1")
    assert (settings.workers, settings.timeout) == (8, 2.5)
    assert settings.severities == (Severity.HIGH, Severity.LOW)


def test_what_is_empty_is_not_set():
    assert Settings.of({**BUCKET, "AUDITOR_WORKERS": "", "AUDITOR_TOPIC": ""}, {}) == Settings(bucket="reports")


def test_an_event_overrides_what_to_audit():
    event = {"id": "x", "audit": {"role_arn": "arn:aws:iam::1:role/a", "external_id": "e", "services": ["s3"]}}
    settings = Settings.of({**BUCKET, "AUDITOR_SERVICES": "iam"}, event)
    assert (settings.services, settings.role_arn, settings.external_id) == (("s3",), "arn:aws:iam::1:role/a", "e")


@pytest.mark.parametrize("name", sorted(set(Settings.__struct_fields__) - ASKABLE))
def test_an_event_cannot_say_where_results_go_or_how(name):
    with pytest.raises(SettingsError, match=f"an event cannot ask for {name}"):
        Settings.of(BUCKET, {"audit": {name: "x"}})


@pytest.mark.parametrize(
    ("environment", "event", "told"),
    [
        ({}, {}, "required field `bucket`"),
        ({"AUDITOR_BUCKET": ""}, {}, "required field `bucket`"),
        ({**BUCKET, "AUDITOR_BUKET": "x"}, {}, "no setting AUDITOR_BUKET: did you mean BUCKET?"),
        ({**BUCKET, "AUDITOR_WORKERS": "many"}, {}, "Expected `int`"),
        ({**BUCKET, "AUDITOR_WORKERS": "0"}, {}, ">= 1"),
        ({**BUCKET, "AUDITOR_RESERVE": "-1"}, {}, ">= 0"),
        ({**BUCKET, "AUDITOR_TIMEOUT": "0"}, {}, "> 0"),
        ({**BUCKET, "AUDITOR_SEVERITIES": "grave"}, {}, "'grave'"),
        (BUCKET, {"audit": {"regoins": []}}, "cannot ask for regoins: did you mean regions?"),
        (BUCKET, {"audit": {"regions": "eu-west-1"}}, "Expected `array`"),
        (BUCKET, {"audit": []}, "an event is an object"),
        (BUCKET, [], "an event is an object"),
        (BUCKET, None, "an event is an object"),
    ],
)
def test_what_is_wrong_is_told(environment, event, told):
    with pytest.raises(SettingsError) as caught:
        Settings.of(environment, event)
    assert told in str(caught.value)


def test_every_setting_is_a_text_a_number_or_a_list_of_texts():
    shown = {each.name: msgspec.json.schema(each.type).get("type") for each in msgspec.structs.fields(Settings)}
    assert set(shown.values()) == {"string", "integer", "number", "array"}
