"""RDS: what it offers to databases: engine versions and how long they are supported, parameters, authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.seeds.seed import Seed

_PARAMETERS: Final = {"rds.force_ssl": "1", "require_secure_transport": "OFF", "server_audit_logging": "0"}
"""What parameter groups set, whichever group it is."""


def fill(seed: Seed, instances: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Offer every engine version that the ``instances`` run, the oldest of them as deprecated."""
    versions = {(each["Engine"], each["EngineVersion"]) for _, each in instances}
    for engine, version in sorted(versions):
        status = "deprecated" if engine == "mysql" else "available"
        offered = {"Engine": engine, "EngineVersion": version, "Status": status}
        asked = {"Engine": engine, "EngineVersion": version}
        seed.account.put("rds", "DescribeDBEngineVersions", {"DBEngineVersions": [offered]}, **asked)
        _support(seed, engine, version)
    authority = {"CertificateIdentifier": "rds-ca-rsa2048-g1", "CertificateType": "CA", "ValidTill": seed.ago(-9000)}
    seed.account.put("rds", "DescribeCertificates", {"Certificates": [authority]})
    for group in ("DescribeDBParameters", "DescribeDBClusterParameters"):
        for name, value in _PARAMETERS.items():
            row = {"ParameterName": name, "ParameterValue": value}
            wanted = [{"Name": "parameter-name", "Values": [name]}]
            seed.account.put("rds", group, {"Parameters": [row]}, Filters=wanted)


def _support(seed: Seed, engine: str, version: str) -> None:
    """Support a major version for three more years: MySQL's has two numbers, PostgreSQL's one."""
    numbers = version.split(".")
    major = ".".join(numbers[: 1 if "postgres" in engine else 2])
    lifecycle = {
        "LifecycleSupportName": "open-source-rds-standard-support",
        "LifecycleSupportStartDate": seed.ago(700),
        "LifecycleSupportEndDate": seed.ago(-1000 if "postgres" in engine else 100),
    }
    row = {"Engine": engine, "MajorEngineVersion": major, "SupportedEngineLifecycles": [lifecycle]}
    asked = {"Engine": engine, "MajorEngineVersion": major}
    seed.account.put("rds", "DescribeDBMajorEngineVersions", {"DBMajorEngineVersions": [row]}, **asked)
