/** The columns of the CSV, named like those of the auditor's own. */
const CSV_COLUMNS = [
  "status", "severity", "check", "title", "account", "region", "service", "resource_type", "resource_id",
  "resource_name", "resource_arn", "owner", "message", "controls", "first_seen", "fingerprint",
];
const LONGEST_CELL = 30_000;

/**
 * Text that a spreadsheet takes for text: what it would calculate gets an apostrophe in front.
 * @param {string} text
 */
function cell(text) {
  const shown = visible(text.slice(0, LONGEST_CELL)).replaceAll(/[\n\t]/g, " ");
  const safe = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text) || /^[\t\r\n]/.test(text) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Findings as CSV by RFC 4180, in the order of the list.
 * @param {Findings} findings
 * @param {number[]} rows
 */
function asCsv(findings, rows) {
  const lines = rows.map((finding) => {
    const check = findings.check(finding);
    const [type, id, arn, name] = findings.resource(finding);
    const values = [
      findings.value(finding, "status"), findings.value(finding, "severity"), check.id, check.title,
      findings.value(finding, "account"), findings.value(finding, "region"), findings.value(finding, "service"),
      type, id, name, arn, findings.value(finding, "owner"), findings.notes(finding).join("; "),
      check.controls.join(" "), findings.since(finding), findings.fingerprint(finding),
    ];
    return values.map(cell).join(",");
  });
  return `${[CSV_COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

/**
 * Findings as they stand in the JSON report, in the order of the list.
 * @param {Findings} findings
 * @param {number[]} rows
 */
async function asJson(findings, rows) {
  const written = [];
  for (const finding of rows) {
    const [type, id, arn, name] = findings.resource(finding);
    const { tags, evidence, ...detail } = await findings.detail(finding);
    written.push({
      check: findings.check(finding).id,
      status: findings.value(finding, "status"),
      severity: findings.value(finding, "severity"),
      account: findings.value(finding, "account"),
      region: findings.value(finding, "region"),
      service: findings.value(finding, "service"),
      resource: { type, id, arn, name, tags },
      fingerprint: findings.fingerprint(finding),
      evidence: evidence.map(([fact, value, operation, at, resource, truncated]) => ({ resource: resource || arn, fact, operation, at, value, truncated })),
      ...detail,
    });
  }
  return `${JSON.stringify(written, null, 1)}\n`;
}

/**
 * Offers the text as a file.
 * @param {string} name
 * @param {string} kind the media type
 * @param {string} text
 */
function download(name, kind, text) {
  const href = URL.createObjectURL(new Blob([text], { type: kind }));
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/**
 * @param {Findings} findings
 * @param {() => number[]} rows the findings in the list
 */
function prepareExports(findings, rows) {
  const name = `findings-${findings.core.day}`;
  byId("export-csv").addEventListener("click", () => download(`${name}.csv`, "text/csv;charset=utf-8", asCsv(findings, rows())));
  byId("export-json").addEventListener("click", async () => download(`${name}.json`, "application/json", await asJson(findings, rows())));
}
