/**
 * The entry of a finding: a link to it.
 * @param {Findings} findings
 * @param {number} finding
 * @param {string} href
 * @param {boolean} open whether the finding is the one shown beside the list
 */
function findingRow(findings, finding, href, open) {
  const resource = findings.resource(finding);
  const [note, ...more] = findings.notes(finding);
  return make(
    "div",
    { class: "row" },
    make(
      "a",
      { class: "row-link", href, "aria-current": open ? "true" : null },
      make("span", { class: "marks" }, severityMark(findings, finding), statusMark(findings, finding)),
      make(
        "span",
        { class: "what" },
        make("span", { class: "title foreign" }, line(findings.check(finding).title)),
        make("span", { class: "note foreign" }, line(note ?? findings.check(finding).id), more.length > 0 && ` +${more.length} more`),
      ),
      make(
        "span",
        { class: "whose" },
        make("span", { class: "name foreign" }, line(resourceLabel(resource))),
        make("span", { class: "note foreign" }, line(resource[0])),
      ),
      make(
        "span",
        { class: "where" },
        make("span", { class: "foreign" }, line(findings.value(finding, "account"))),
        make("span", { class: "note foreign" }, line(findings.value(finding, "region"))),
      ),
    ),
  );
}

/**
 * The entry of a group: a button that unfolds it.
 * @param {Findings} findings
 * @param {Group} group
 * @param {boolean} open
 * @param {() => void} toggle
 */
function groupRow(findings, group, open, toggle) {
  const counts = findings.core.severities.map((severity, index) => {
    const count = at(group.severities, index);
    return count > 0 && make("span", { class: `severity ${severity}` }, `${number(count)} ${severity}`);
  });
  return make(
    "div",
    { class: "row group" },
    make(
      "button",
      { type: "button", class: "row-link", "aria-expanded": String(open), click: toggle },
      make("span", { class: "title foreign" }, line(group.label)),
      make("span", { class: "note foreign" }, line(group.sub)),
      make("span", { class: "counts" }, ...counts, make("span", { class: "total" }, plural(group.rows.length, "finding"))),
    ),
  );
}

/**
 * @param {Findings} findings
 * @param {number} finding
 */
function severityMark(findings, finding) {
  const severity = findings.value(finding, "severity");
  return make("span", { class: `severity ${severity}` }, severity);
}

/**
 * @param {Findings} findings
 * @param {number} finding
 */
function statusMark(findings, finding) {
  const status = findings.value(finding, "status");
  return make("span", { class: `state ${status.toLowerCase()}` }, STATUS_WORDS[status]);
}
