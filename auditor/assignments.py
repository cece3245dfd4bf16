"""Secrets that a line of text assigns: what follows a telling name, an option, or a command that takes a password.

Made for what configures machines: shells, PowerShell, YAML, JSON and INI files, one line at a time. A value that the
line only refers to (a variable, a command, a template, a file) is no secret in it.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEYWORD: Final = "Secret Keyword"
PASSWORD_HASH: Final = "Password Hash"  # noqa: S105 - the name of a kind

VALUE: Final = r"""(?:"(?P<double>[^"\r\n]*)"|'(?P<single>[^'\r\n]*)'|(?P<plain>[^\s"';&|,)}\]<>]+))"""
"""A value: quoted, or up to what ends a word in a shell, YAML or JSON."""
NAME: Final = r"(?P<name>[A-Za-z_][\w.-]{1,79})"
PATTERNS: Final = tuple(
    re.compile(pattern.replace("VALUE", f"(?={VALUE})").replace("NAME", NAME))
    for pattern in (
        # NAME=value, ${NAME:-value}, $Name = "value", NAME := value, "name" => "value"
        r"""(?<![\w.-])-{0,2}NAME["']?\s{0,4}(?::?=>?|:-)(?!=)\s{0,4}VALUE""",
        # name: value, as YAML and JSON have it
        r"""(?:^\s*(?:-\s+)?|[{,]\s*)["']?NAME["']?\s{0,4}:\s{0,4}VALUE""",
        # --name value
        r"""(?<![\w-])--?NAME\s{1,4}(?!-)VALUE""",
        # X-Name: value, as HTTP clients take headers
        r"""(?:-H|--header)[\s=]{0,4}["']NAME\s{0,4}:\s{0,4}(?:Bearer\s+|Basic\s+|token\s+)?VALUE""",
        # ENV NAME value, setx NAME value
        r"""^\s*(?:ENV|setx)\s+NAME\s{1,4}VALUE""",
        # <name>value
        r"""<NAME>VALUE""",
    )
)
COMMANDS: Final = tuple(
    re.compile(pattern.replace("VALUE", VALUE))
    for pattern in (
        r"\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump)\b[^|;&]{0,200}?\s-p(?=\S)VALUE",
        r"\b(?:curl|wget)\b[^|;]{0,400}?\s(?:-u|--user|--proxy-user)[\s=]{0,2}[\"']?[^\s:\"'$]{1,80}:VALUE",
        r"\bsshpass\s+-p\s{0,2}VALUE",
        r"\b(?:docker|podman|helm|az|nerdctl)\b[^|;&]{0,40}?\blogin\b[^|;&]{0,200}?\s-p\s{0,2}(?=\S)VALUE",
        r"\bredis-cli\b[^|;&]{0,200}?\s-a\s{1,2}VALUE",
        r"\b(?:ldapsearch|ldapadd|ldapmodify)\b[^|;&]{0,200}?\s-w\s{0,2}VALUE",
        r"\bhtpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+VALUE",
        r"\bnet\s+user\s+\S+\s+(?!/)VALUE",
        r"\bConvertTo-SecureString\s+(?:-String\s+)?(?!-)VALUE",
        r"\becho\s+(?:-\w+\s+)?[\"']?[\w.-]{1,64}:VALUE[\"']?\s*\|\s*(?:sudo\s+)?chpasswd\b",
        r"\bchpasswd\s*<<<\s*[\"']?[\w.-]{1,64}:VALUE",
        r"\becho\s+(?:-\w+\s+)?VALUE\s*\|\s*(?:sudo\s+)?passwd\s+--stdin\b",
        r"(?i:\bidentified\s+by\s+)VALUE",
        r"(?i:\b(?:role|user)\s+\S+\s[^;]{0,200}?\bpassword\s+)(?=[\"'])VALUE",
    )
)
BLOCK: Final = re.compile(r"""\s*(?:chpasswd:\s*$|(?:sudo\s+)?chpasswd\b[^<]*<<-?\s*['"]?(?P<end>\w+))""")
"""How a block for chpasswd begins: in cloud-init's configuration, and in a shell."""
ACCOUNT: Final = re.compile(r"""\s*(?:-\s+)?["']?[A-Za-z_][\w.-]{0,63}:(?!R\s*$)(?P<plain>[^\s"']+)["']?\s*$""")
"""An account and its password, unless cloud-init is to make one."""
HASH: Final = re.compile(r"(?<![\w$])\$(?:1|2[abxy]?|5|6|7|y|gy)\$[\w./$,=+-]{12,}")
"""How crypt(3) writes the hash of a password."""

SECRET_WORDS: Final = frozenset({"pass", "passcode", "passphrase", "pw", "pwd", "authorization", "credential"})
SECRET_ENDS: Final = ("password", "passwd", "passphrase", "secret", "token", "apikey", "secretkey", "accesskey")
KEYS: Final = frozenset(
    {"access", "account", "api", "app", "auth", "encrypt", "encryption", "license", "master", "private", "secret"}
)
"""Words that make a key a secret one."""
HARMLESS_ENDS: Final = frozenset(
    """age algorithm arn attempts auth authentication case charset check class command complexity count days dir
    directory disabled duration enabled encoding endpoint env expiration expire expires expiry field file format group
    header history host id identifier ids interval label length lifetime limit location manager max min mode name
    names number only option path pattern period plugin policy policies prefix prompt provider ref regex region required
    requirements reset rotation rule script seconds selector service size source stdin storage store strength suffix
    table template timeout tries ttl type update uri url user username validation validity var variable version
    warning""".split()  # noqa: SIM905 - a list this long is read as text
)
"""Last words of names that tell of a secret, and are none."""
HARMLESS_VALUES: Final = frozenset(
    {
        "always",
        "ask",
        "disabled",
        "enabled",
        "false",
        "hidden",
        "masked",
        "never",
        "nil",
        "no",
        "none",
        "null",
        "off",
        "on",
        "optional",
        "prompt",
        "random",
        "redacted",
        "required",
        "str",
        "string",
        "true",
        "undefined",
        "yes",
    }
)
"""Values that switch something, or say that nothing is there."""
SHORTEST_NUMBER: Final = 4
"""Digits that a password has, at least: fewer are a count."""
REFERENCE: Final = re.compile(
    r"""\$(?:[\w({@?*#!-]|$) | ` | %[\w(]                   # a variable, a command
    | \{\{ | [({\[<] | @@ | __ | \\ | \* | [xX*.]{3,}$      # a template, a pattern, a blank
    | [\w.:]+\( | .*\$[({] | .*\{\{                        # a call, or something with a part to fill in
    | !(?:Ref|Sub|GetAtt|Join|vault)\b | [Yy]our[_ -] | YOUR[_ -]
    | (?:arn:aws|file:|ssm:|vault:|env:|https?://)
    | (?![A-Za-z0-9/+]{40}$)/ | [~.]                       # a path, which a secret key of AWS can look like
    | (?:args|config|data|ENV|env|local|module|opts|options|os|params|process|props|secrets?|self|settings|this|vars?)
      [.\[][A-Za-z_"']
    """,
    re.VERBOSE,
)
"""How a value begins that stands for another."""


def assigned(line: str) -> Iterator[str]:
    """Yield the kinds of the secrets that a line assigns."""
    plain = line.replace('\\"', '"')
    if HASH.search(plain):
        yield PASSWORD_HASH
    named = any(
        _is_secret(match["name"]) and _is_value(match) for pattern in PATTERNS for match in pattern.finditer(plain)
    )
    if named or any(_is_value(match) for pattern in COMMANDS for match in pattern.finditer(plain)):
        yield KEYWORD


def accounts(lines: Iterable[str]) -> Iterator[int]:
    """Yield the indices of the lines that give an account its password: those that cloud-init or a shell tell chpasswd.

    Such a block ends with the indentation it began with, or with the word that ends a shell's document.
    """
    end: str | int | None = None
    for index, line in enumerate(lines):
        if end is not None and _ends(line, end):
            end = None
        given = ACCOUNT.match(line) if end is not None else None
        if given and _is_value(given):
            yield index
        begun = BLOCK.match(line)
        end = (begun["end"] or _indent(line)) if begun else end


def _ends(line: str, end: str | int) -> bool:
    """Return whether a line ends a block: by its word, or by being indented no further than where it began."""
    return line.strip() == end if isinstance(end, str) else bool(line.strip()) and _indent(line) <= end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_reference(value: str) -> bool:
    """Return whether a value stands for another that is elsewhere, or is left blank."""
    return REFERENCE.match(value) is not None


def _is_value(match: re.Match[str]) -> bool:
    """Return whether what a pattern matched is a secret, and no reference, switch or number."""
    value = next((text for name, text in match.groupdict().items() if name != "name" and text is not None), "")
    counts = value.isdigit() and len(value) < SHORTEST_NUMBER
    blank = not value.strip() or value[0].isspace() or value.lower() in HARMLESS_VALUES
    return not (counts or blank or is_reference(value))


def _is_secret(name: str) -> bool:
    """Return whether a name is that of a secret: its words say so, and the last does not say what else it is."""
    words = [each for each in re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()) if each]
    if not words or words[-1] in HARMLESS_ENDS:
        return False
    paired = any(first in KEYS and second == "key" for first, second in itertools.pairwise(words))
    return paired or any(each in SECRET_WORDS or each.endswith(SECRET_ENDS) for each in words)
