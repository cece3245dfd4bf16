/** The findings of one resource of which the evidence is put together. */
const MOST_READ = 400;

/**
 * The address of all that is known of a resource.
 * @param {string} arn
 */
function resourceHref(arn) {
  return formatState({ ...defaultState(), resource: arn });
}

/**
 * All that is known of a resource: its findings, its facts and its neighbours.
 * @param {Findings} findings
 * @param {string} arn
 * @param {number[]} rows its findings
 * @returns {Promise<HTMLElement>}
 */
async function resourceArticle(findings, arn, rows) {
  const first = /** @type {number} */ (rows[0]);
  const details = await Promise.all(rows.slice(0, MOST_READ).map((finding) => findings.detail(finding)));
  const tags = details.find((detail) => Object.keys(detail.tags).length)?.tags ?? {};
  const failures = rows.filter((finding) => findings.value(finding, "status") === "FAIL").length;
  return make(
    "article",
    {},
    make("p", { class: "muted" }, `${plural(rows.length, "finding")}, ${plural(failures, "failure")}`),
    make("h2", { tabindex: -1, class: "foreign" }, line(resourceLabel(findings.resource(first)))),
    make("p", { class: "muted subject foreign" }, line(findings.resource(first)[0])),
    resourceSection(findings, first, tags) ?? "",
    section("Findings", make("ul", { class: "own-findings" }, ...rows.map((finding) => ownFinding(findings, finding)))) ?? "",
    factSection(details) ?? "",
    neighbourSection(findings, arn) ?? "",
  );
}

/**
 * @param {Findings} findings
 * @param {number} finding
 */
function ownFinding(findings, finding) {
  const href = formatState({ ...defaultState(), finding: findings.fingerprint(finding) });
  const note = findings.notes(finding)[0];
  return make(
    "li",
    {},
    severityMark(findings, finding),
    statusMark(findings, finding),
    make("span", {}, make("a", { class: "foreign", href }, line(findings.check(finding).title)), note && make("span", { class: "note muted foreign" }, line(note))),
  );
}

/**
 * What the evidence of all findings says of the resource itself, each fact once.
 * @param {Detail[]} details
 */
function factSection(details) {
  /** @type {Map<string, Evidence>} */
  const facts = new Map();
  for (const { evidence } of details) {
    for (const entry of evidence) if (!entry[4]) facts.set(entry[0], entry);
  }
  const sorted = [...facts.values()].sort((left, right) => (left[0] < right[0] ? -1 : 1));
  return evidenceSection(sorted, `What AWS told of it (${number(sorted.length)})`);
}

/**
 * @param {Findings} findings
 * @param {string} arn
 */
function neighbourSection(findings, arn) {
  const known = new Set(findings.core.resources.map((resource) => resource[2]));
  const items = findings.neighbours(arn).map((other) => (known.has(other) ? make("a", { class: "mono foreign", href: resourceHref(other) }, line(other)) : foreign(other, "mono")));
  return section("Neighbours", items.length > 0 && make("p", { class: "muted" }, "Resources that decide over one another's findings, or stand on the same way."), list(items));
}
