"""Secrets in examined texts: what is sighted, what is not, and what cannot be read."""

import base64
import gzip
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.distrust import complaint
from auditor.redaction import redacted
from auditor.secrets import WINDOW, Examined, Sighting, sighted, sightings

ENCODED = Examined("UserData.Value", encoded=True)
SECRET = "DB_PASSWORD=hunter2secret"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
# Joined here, so that nobody who looks for tokens in this file finds one.
GITHUB = "_".join(("ghp", "1234567890abcdefghijklmnopqrstuvwxyz"))  # noqa: FLY002
SLACK = "-".join(("xoxb", "123456789012", "1234567890123", "abcdefghijABCDEFGHIJabcd"))  # noqa: FLY002
WEBHOOK = "/".join(("https://hooks.slack.com", "services", "T0AB1CD23", "B0AB1CD23", "a8Kd93jfLs02kdPq71MzNvTe"))  # noqa: FLY002
STRIPE = "_".join(("sk", "live", "4eC39HqLyjWDarjtT1zdp7dc"))  # noqa: FLY002
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

SECRETS = [
    # Shells.
    SECRET,
    "export API_KEY=abcdef123456; echo $(date)",
    "PGPASSWORD=hunter2 psql -h db",
    "MYSQL_PWD=hunter2 mysql",
    "DB_PASSWORD=${DB_PASSWORD:-hunter2}",
    "# password=12345678",
    "docker run -e POSTGRES_PASSWORD=hunter2 postgres",
    "java -Dspring.datasource.password=hunter2 -jar app.jar",
    'CONNECTION="host=db password=hunter2"',
    "kubectl create secret generic db --from-literal=password=hunter2",
    "ENV MYSQL_ROOT_PASSWORD hunter2",
    # Options and commands.
    "aws rds create-db-instance --master-user-password hunter22 --engine mysql",
    "kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef",
    "mysql -uroot -pSecret1 -e 'select 1'",
    "mysqldump --user=root --password=Secret1 db",
    "curl -u user:pass https://example.com",
    'curl -X POST --user "admin:s3cr3t" http://localhost',
    "curl -H 'X-Api-Key: a1b2c3d4e5f6'",
    'curl -d "{\\"user\\":\\"a\\",\\"password\\":\\"hunter2\\"}" http://localhost',
    "sshpass -p 'letmein' ssh host",
    "docker login -u admin -p hunter2 registry",
    "redis-cli -a foobared ping",
    "echo 'root:Passw0rd!' | chpasswd",
    "chpasswd <<< 'root:Passw0rd!'",
    'echo "hunter2" | passwd --stdin root',
    "CREATE USER 'a'@'%' IDENTIFIED BY 'hunter2';",
    "psql -c \"ALTER ROLE app WITH LOGIN PASSWORD 'hunter2'\"",
    # PowerShell and Windows.
    '$Password = "hunter2"',
    "net user Administrator P@ssw0rd1 /add",
    '$s = ConvertTo-SecureString "hunter2" -AsPlainText -Force',
    # YAML, JSON, INI, XML.
    'password: "x"',
    "  - db_password: 'p@ss w0rd'",
    "clientSecret: abcDEF123456",
    "password: changeme",
    '{"password":"hunter2"}',
    "password = 12345678",
    "<password>hunter2</password>",
    "    passwd: $6$rounds=4096$abcdefgh$0123456789abcdefghijklmnopqrstuvwxyz",
    # What shows by its form.
    "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
    f"export AWS_SECRET_ACCESS_KEY={AWS_SECRET}",
    f"aws_secret_access_key = /{AWS_SECRET[1:]}",
    "git clone https://u:p@host/repo.git",
    "psql postgresql://app:Sup3r@db.internal:5432/app",
    "-----BEGIN RSA PRIVATE KEY-----",
    "      -----BEGIN OPENSSH PRIVATE KEY-----",
    GITHUB,
    SLACK,
    f"curl -d @note.json {WEBHOOK}",
    STRIPE,
    f'curl -H "Authorization: Bearer {JWT}"',
    f"content: {base64.b64encode(SECRET.encode()).decode()}",
]

HARMLESS = [
    # What is elsewhere.
    "PASSWORD=$(aws ssm get-parameter --name /db/password --with-decryption)",
    'PASSWORD="$(aws secretsmanager get-secret-value --secret-id prod/db --output text)"',
    "PASSWORD=`openssl rand -hex 16`",
    "VAULT_TOKEN=$(vault login -method=aws -token-only role=app)",
    "ALTER ROLE app PASSWORD NULL;",
    "TOKEN=$TOKEN",
    "DB_PASSWORD=${DB_PASSWORD}",
    'curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/',
    'curl -X PUT http://169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 21600"',
    'curl -u "$USER:$PASS" https://example.com',
    "git clone https://${USER}:${TOKEN}@github.com/x/y.git",
    "git clone https://$USER:$TOKEN@github.com/x/y.git",
    'mysql -uroot -p"$PASS"',
    "mysql -u root -p -e 'select 1'",
    "password: {{ var }}",
    'password: "{{ vault_password }}"',
    "password: !Ref DbPassword",
    'password = get_secret("prod/db")',
    'password = os.environ["DB_PASSWORD"]',
    '"password": self.password,',
    "password = var.db_password",
    "password_file=/run/secrets/db",
    "PASSWORD=/etc/pw",
    # What is not there.
    "password=",
    'password: ""',
    "password: ********",
    "password: <your password>",
    "password: YOUR_PASSWORD",
    'if [ "$PASSWORD" = "" ]; then',
    'if [ "$token" == "null" ]; then',
    "read -s PASSWORD",
    'grep "password=" /etc/app.conf',
    'sed -i "s/password=.*/password=$PASS/" /etc/app.conf',
    'echo "Usage: $0 --password <password>"',
    # What is about secrets.
    'echo "change your password"',
    'echo "Enter password: please"',
    "passwd -l root",
    "lock_passwd: true",
    "chpasswd: { expire: false }",
    "password_length=16",
    "token_ttl: 300",
    "pass: true",
    "PasswordAuthentication no",
    "--http-tokens required",
    "HttpTokens=required",
    "aws secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:eu-west-1:1:secret:prod/db-AbCdEf",
    'aws secretsmanager get-secret-value --secret-id "prod/db";',
    "SECRET_ARN=arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
    "SECRET_NAME=prod/db",
    "aws ecr get-login-password | docker login --username AWS --password-stdin 1.dkr.ecr.eu-west-1.amazonaws.com",
    "kubectl create secret generic db --from-file=password=/tmp/x",
    # What only looks random.
    "sha256sum 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "INSTANCE_UUID=123e4567-e89b-12d3-a456-426614174000",
    "-----BEGIN CERTIFICATE-----",
    "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAGA1UEChMJQmFs",
    "  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcdefghijklmnopqrstuvwxyz012345678901 me",
    "/etc/eks/bootstrap.sh prod --b64-cluster-ca LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM=",
]


def encoded(raw):
    return base64.b64encode(raw if isinstance(raw, bytes) else raw.encode()).decode()


def lines(text):
    return [each.line for each in sightings(ENCODED.told(text))]


def multipart(*parts):
    message = MIMEMultipart()
    for part in parts:
        message.attach(MIMEText(part, "x-shellscript"))
    return message.as_bytes()


@pytest.mark.parametrize("line", SECRETS)
def test_secrets_are_sighted(line):
    assert {each.line for each in sighted(f"#!/bin/sh\n{line}\necho done")} == {2}


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_is_not(line):
    assert sighted(line) == ()


CLOUD_CONFIG = """#cloud-config
chpasswd:
  list: |
    root:hunter2
    backup:RANDOM
    guest:R
    bob:{{ password }}
  expire: False
runcmd:
  - mount -t efs fs-1:/ /mnt
  - nfs:share
"""
SCRIPT = """#!/bin/sh
  sudo chpasswd <<'END'
root:hunter2
END
tag:value
"""


@pytest.mark.parametrize(("text", "line"), [(CLOUD_CONFIG, 4), (SCRIPT, 3), ("chpasswd:\n- a:b2c3", 0)])
def test_the_accounts_that_chpasswd_is_told_are_sighted(text, line):
    assert [each.line for each in sighted(text)] == ([line] if line else [])


def test_sightings_name_kind_and_line_in_order():
    text = f"#!/bin/sh\nexport TOKEN={JWT}\r\n\n-----BEGIN RSA PRIVATE KEY-----\n{SECRET}"
    assert sighted(text) == (Sighting("JSON Web Token", 2), Sighting("Private Key", 4), Sighting("Secret Keyword", 5))


def test_no_value_is_kept():
    told = "".join(ENCODED.told(encoded(line)) for line in SECRETS)
    assert not any(
        value in told for value in ("hunter2", AWS_SECRET, JWT, "AKIA", "ghp_", "Secret1", "p@ss", "sk_live")
    )


def test_a_sighting_can_be_evidence():
    told = sightings(ENCODED.told(encoded(SECRET)))
    assert redacted(told) == told


@pytest.mark.parametrize(
    "raw",
    [
        f"#!/bin/sh\n{SECRET}\n",
        gzip.compress(f"#!/bin/sh\n{SECRET}\n".encode()),
        f"# über\n{SECRET}".encode("latin-1"),
        f"<powershell>\n{SECRET}\n</powershell>".encode("utf-16"),
        f"#\n{SECRET}".encode("utf-8-sig"),
    ],
    ids=["plain", "gzip", "latin-1", "utf-16", "byte order mark"],
)
def test_whatever_the_encoding(raw):
    assert lines(encoded(raw)) == [2]


def test_base64_in_several_lines_is_read():
    assert lines(base64.encodebytes(b"#!/bin/sh\n" * 20 + SECRET.encode()).decode()) == [21]


def test_every_part_of_a_multipart_message_is_read():
    assert len(lines(encoded(multipart("echo one", SECRET)))) == 1
    assert len(lines(encoded(gzip.compress(multipart("\u00fc", f"\u00fc\n{SECRET}"))))) == 1
    assert sightings(ENCODED.told(encoded(multipart("echo one", "echo two")))) == ()


@pytest.mark.parametrize("size", [4096 - 10, 4096 - 512, 9000])
def test_a_secret_in_a_long_line_is_sighted_wherever_it_stands(size):
    assert [each.line for each in sighted(f"{'x' * size} {SECRET}{' y' * 3000}")] == [1]


def test_a_reference_that_a_window_cuts_is_no_secret():
    begun = "PASSWORD=$"
    assert sighted(f"{begun.rjust(WINDOW)}TOKEN and {'y' * WINDOW}") == ()


UNREADABLE = {
    "not base64": "no base64!",
    "half of base64": encoded("echo")[:-2],
    "binary": encoded(b"\x7fELF\x02\x01\x00\x00"),
    "another compression": encoded(b"\xfd7zXZ\x00\x00\x04"),
    "broken gzip": encoded(b"\x1f\x8b\x08\x00broken"),
    "half of gzip": encoded(gzip.compress(b"echo hello" * 100)[:-12]),
    "more than is read": encoded(gzip.compress(b"a\n" * (1 << 20))),
    "a broken part": encoded(multipart("echo \u00fc").replace(b"ZWNobyDDvA==", b"ZWNo!")),
    "parts without end": encoded(b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\nnothing"),
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_never_without_secrets(text):
    assert ENCODED.told(text) == "null"
    with pytest.raises(TypeError):
        sightings(ENCODED.told(text))


def test_what_was_sighted_stands_though_the_rest_cannot_be_read():
    assert lines(encoded(f"{SECRET}\n\0")) == [1]
    assert lines(SECRET) == [1]


def nested(depth):
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{each}\n\n--b{each}\n" for each in range(depth))
    return encoded(gzip.compress(f"{head}Content-Type: text/plain\n\necho".encode()))


def test_parts_within_parts_do_no_harm():
    assert ENCODED.told(nested(3000)) == "null"


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text().map(lambda text: gzip.compress(text.encode()))))
def test_no_user_data_breaks_it(raw):
    for text in (encoded(raw), raw.decode("latin-1"), encoded(b"MIME-Version: 1.0\n" + raw)):
        assert isinstance(json.loads(ENCODED.told(text)), (list, type(None)))


def test_plain_texts_are_looked_through_as_they_are():
    assert sightings(Examined("Text").told(SECRET)) == (Sighting("Secret Keyword", 1),)
    assert sightings(Examined("Text").told("")) == ()


@pytest.mark.parametrize("told", ["", "echo", '{"a": 1}', '[{"what": 1}]', SECRET])
def test_a_text_that_was_not_examined_is_refused(told):
    with pytest.raises((TypeError, ValueError)):
        sightings(told)


def test_texts_are_found_in_a_reply():
    reply = {"Fleets": [{"Specs": [{"Data": "a"}, {}, {"Data": None}]}, {"Specs": None}, {}], "Other": 1}
    assert [holder[member] for holder, member in Examined("Fleets[].Specs[].Data").texts(reply)] == ["a"]
    assert list(Examined("UserData.Value").texts({"UserData": {}})) == []
    assert list(Examined("UserData.Value").texts({})) == []
    assert list(Examined("UserData.Value").texts({"UserData": {"Value": "x"}})) == [({"Value": "x"}, "Value")]


def test_many_threads_see_the_same():
    text = "\n".join((*SECRETS, *HARMLESS))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(sighted, [text] * 32))) == 1


def test_nothing_is_imported_before_there_is_a_text():
    program = "import sys, checks.ec2.instances; sys.exit('detect_secrets' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_user_data_is_not_taken_for_a_truth_value():
    """DescribeInstanceAttribute tells both in elements of the same name."""
    operation = botocore.session.get_session().get_service_model("ec2").operation_model("DescribeInstanceAttribute")
    reply = "<DescribeInstanceAttributeResponse><{0}><value>{1}</value></{0}></DescribeInstanceAttributeResponse>"
    for attribute, value in (("userData", encoded(SECRET)), ("disableApiTermination", "true")):
        assert not complaint(operation, {}, reply.format(attribute, value).encode())
