"""Which accounts a file names, and what is said of one that names none."""

import pytest

from auditor.organization.accounts import AccountsError, Member, read

ONE, TWO = "111122223333", "444455556666"


def written(tmp_path, text, name="accounts.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_id_a_line(tmp_path):
    assert read(written(tmp_path, f"# ours\n{ONE}  # shop\n\n{TWO}\n")) == (Member(ONE), Member(TWO))


def test_a_table_with_a_header(tmp_path):
    text = f"\ufeffid,name,role,external_id,regions\n{ONE},shop,Audit,secret,eu-west-1 us-east-1\n{TWO},,,,\n"
    shop = Member(ONE, "shop", "Audit", "secret", ("eu-west-1", "us-east-1"))
    assert read(written(tmp_path, text, "accounts.csv")) == (shop, Member(TWO))


def test_tables_of_toml(tmp_path):
    text = f'[[account]]\nid = "{ONE}"\nrole = "arn:aws:iam::{ONE}:role/ops/Audit"\nregions = ["eu-west-1"]\n'
    (found,) = read(written(tmp_path, text, "accounts.toml"))
    assert found.role_arn("aws", "other") == f"arn:aws:iam::{ONE}:role/ops/Audit"
    assert found.regions == ("eu-west-1",)


@pytest.mark.parametrize(
    ("role", "arn"),
    [("", f"arn:aws-cn:iam::{ONE}:role/default"), ("ops/Audit", f"arn:aws-cn:iam::{ONE}:role/ops/Audit")],
)
def test_a_role_is_named_or_the_default(role, arn):
    assert Member(ONE, role=role).role_arn("aws-cn", "default") == arn


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "a.txt", "names no account"),
        ("12345678901\n", "a.txt", "spreadsheets drop leading zeros"),
        ("shop\n", "a.txt", "which has 12 digits"),
        (f"{ONE}\n{ONE}\n", "a.txt", "named more than once"),
        (f"{ONE},shop\n", "a.csv", "give the file a header"),
        (f"id,rolle\n{ONE},x\n", "a.csv", "rolle"),
        (f"id,role\n{ONE},arn:aws:iam::{TWO}:role/x\n", "a.csv", "is not a role of account"),
        (f"id,role\n{ONE},a b\n", "a.csv", "neither a role's name"),
        ("[[account]\n", "a.toml", "a.toml"),
        (f'[[accounts]]\nid = "{ONE}"\n', "a.toml", "not accounts"),
        ("[[account]]\nid = 5\n", "a.toml", "account 1"),
        (f'id,name\n{ONE},"shop\n', "a.csv", "a.csv"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, name, said):
    with pytest.raises(AccountsError, match=said):
        read(written(tmp_path, text, name))


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "accounts.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AccountsError, match="not a text"):
        read(path)
