"""How RDS proxies let clients in, where they stand, and how much they log."""

from __future__ import annotations

from functools import partial
from typing import Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import gathered
from checks.rds.kinds import CONTROLS, USER_GUIDE
from checks.rds.related import DBProxy
from checks.vpc.resources import Subnet

MODIFY: Final = "aws rds modify-db-proxy --region {resource.region} --db-proxy-name {resource.id}"
SETUP: Final = f"{USER_GUIDE}/rds-proxy-creating.html"


def _fix(options: str, settings: str, properties: str, text: str = "") -> Fix:
    return Fix(
        cli=f"{MODIFY} {options}",
        terraform=f'resource "aws_db_proxy" "this" {{\n  {settings}\n}}',
        cloudformation=f"Type: AWS::RDS::DBProxy\nProperties:\n  {properties}",
        text=text,
    )


@check(
    "rds-proxy-tls-required",
    Severity.MEDIUM,
    reads=[DBProxy.requires_tls],
    references=[f"{USER_GUIDE}/rds-proxy.howitworks.html", CONTROLS],
    fix=_fix("--require-tls", "require_tls = true", "RequireTLS: true", "Clients that do not use TLS are cut off."),
)
def proxy_tls_required(proxy: DBProxy) -> Problems:
    """Database proxies refuse connections without TLS.

    Otherwise passwords and data cross the network in the clear as soon as one client is set up carelessly.
    """
    if not proxy.requires_tls:
        yield Problem("connections without TLS are accepted", found=False, expected="RequireTLS: true")


@check(
    "rds-proxy-iam-required",
    Severity.MEDIUM,
    reads=[DBProxy.users, DBProxy.default_scheme],
    references=[f"{USER_GUIDE}/rds-proxy-iam-setup.html", SETUP],
    fix=_fix(
        "--auth AuthScheme=SECRETS,SecretArn=SECRET_ARN,IAMAuth=REQUIRED",
        'auth {\n    auth_scheme = "SECRETS"\n    secret_arn  = aws_secretsmanager_secret.user.arn\n'
        '    iam_auth    = "REQUIRED"\n  }',
        "Auth:\n    - AuthScheme: SECRETS\n      SecretArn: !Ref UserSecret\n      IAMAuth: REQUIRED",
        "Name every user's secret. Clients that sign in with passwords are cut off.",
    ),
)
def proxy_iam_required(proxy: DBProxy) -> Problems:
    """Database proxies let clients in by IAM authentication only.

    Clients then need no password: the proxy alone reads it from Secrets Manager, or has none either. Proxies of SQL
    Server can allow IAM authentication (ENABLED), and no more than that is asked of them.
    """
    if proxy.default_scheme == "IAM_AUTH":
        return
    lax = [each for each in proxy.users if each.get("IAMAuth") not in {"REQUIRED", "ENABLED"}]
    if lax or not proxy.users:
        named = ", ".join(each.get("SecretArn", each.get("UserName", "?")) for each in lax) or "any user"
        yield Problem(f"IAM authentication is not required of {named}", found=lax, expected="IAMAuth: REQUIRED")


@check(
    "rds-proxy-multi-az",
    Severity.MEDIUM,
    reads=[DBProxy.subnets, Subnet.zone],
    references=[f"{USER_GUIDE}/rds-proxy-network-prereqs.html", SETUP],
    fix=Fix(
        text="The subnets are chosen when a proxy is created: create another one in subnets of several Availability "
        "Zones, and move the clients over.",
        replacement=True,
    ),
)
def proxy_multi_az(proxy: DBProxy, inventory: Inventory) -> Problems:
    """Database proxies stand in several Availability Zones.

    A proxy is there to keep connections through a failover of the database: it must not fall with the same zone.
    """
    zones: set[str] = set()
    for zone in gathered(*(partial(_zones, inventory, each) for each in proxy.subnets)):
        zones.add(zone)
        if len(zones) > 1:
            return
    yield Problem(f"all subnets are in {', '.join(zones)}", found=proxy.subnets, expected="subnets of two zones")


def _zones(inventory: Inventory, subnet: str) -> list[str]:
    return [inventory.require(Subnet, subnet).zone]


@check(
    "rds-proxy-debug-logging-off",
    Severity.LOW,
    reads=[DBProxy.debug_logging],
    references=[f"{USER_GUIDE}/rds-proxy-managing.html", SETUP],
    fix=_fix("--no-debug-logging", "debug_logging = false", "DebugLogging: false"),
)
def proxy_debug_logging_off(proxy: DBProxy) -> Problems:
    """Database proxies do not log for debugging.

    Debug logging writes details of connections and queries to CloudWatch Logs, where secrets and personal data in them
    are for others to read. AWS advises it for a search for errors only: it costs, and slows the proxy.
    """
    if proxy.debug_logging:
        yield Problem("debug logging is on", found=True, expected="DebugLogging: false")
