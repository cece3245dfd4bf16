/** AWS's ARNs are no longer. */
const LONGEST_PATTERN = 2048;
const DRAWER_ROOM = 560;

/**
 * All that is known of a finding.
 * @param {Findings} findings
 * @param {number} finding
 * @param {Detail} detail
 * @returns {HTMLElement[]}
 */
function detailSections(findings, finding, detail) {
  const check = findings.check(finding);
  return [
    problemSection(detail),
    acceptanceSection(detail.accepted),
    refusalSection(detail.unseen),
    section("The check itself failed", detail.error && code(detail.error, "Error")),
    section("Why it matters", prose(check.rationale)),
    detail.problems.length > 0 && fixSection(check.fix, detail.fix),
    evidenceSection(detail.evidence),
    historySection(detail, findings.core.day, findings.value(finding, "change")),
    resourceSection(findings, finding, detail.tags),
    section("Parameters", pairs(Object.entries(detail.parameters).map(([name, value]) => [name, foreign(pretty(value))]))),
    section("References", list(check.references.map(reference))),
    section("Controls", list(check.controls.map((name) => controlLink(findings, name)))),
    exceptionSection(findings, finding),
    section("Identity", pairs([["Check", checkLink(check)], ["Fingerprint", foreign(findings.fingerprint(finding), "mono")]])),
  ].filter((each) => each instanceof HTMLElement);
}

/**
 * @param {string} title
 * @param {Child[]} content nothing of which there is any: no section
 * @returns {HTMLElement | null}
 */
function section(title, ...content) {
  const present = content.filter(Boolean);
  return present.length ? make("section", {}, make("h3", {}, title), ...present) : null;
}

/** @param {string} text */
function prose(text) {
  return text ? make("p", { class: "prose foreign" }, visible(text)) : null;
}

/**
 * @param {[string, Child][]} entries
 */
function pairs(entries) {
  const rows = entries.filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", { class: "foreign" }, line(name)), make("dd", {}, value)));
  return rows.length ? make("dl", { class: "facts" }, ...rows) : null;
}

/** @param {Child[]} items */
function list(items) {
  return items.length ? make("ul", { class: "plain" }, ...items.map((item) => make("li", {}, item))) : null;
}

/** @param {Detail} detail */
function problemSection({ problems }) {
  const items = problems.map((problem) => {
    const nothingFound = problem.found === null || problem.found === undefined;
    const compared = !nothingFound || problem.expected !== "";
    return make(
      "li",
      { class: "problem" },
      make("p", { class: "summary" }, foreign(problem.summary)),
      compared &&
        make(
          "div",
          { class: "compared" },
          side("Found", nothingFound ? "" : pretty(problem.found)),
          problem.expected !== "" && side("Expected", problem.expected),
        ),
      problem.chain.length > 0 && wayFigure(problem.chain, problem.summary, Math.min(DRAWER_ROOM, innerWidth - 40)),
    );
  });
  return section(items.length > 1 ? `What is wrong (${number(items.length)})` : "What is wrong", items.length > 0 && make("ol", { class: "problems" }, ...items));
}

/**
 * @param {string} title
 * @param {string} text
 */
function side(title, text) {
  const value = text ? foreign(text, "value") : make("span", { class: "muted" }, "no value");
  return make("div", { class: title.toLowerCase() }, make("h4", {}, title), value);
}

/** @param {Refusal | null} refusal */
function refusalSection(refusal) {
  if (!refusal) return null;
  return section(
    "What could not be read",
    make("p", { class: "remedy" }, foreign(refusal.remedy)),
    pairs([
      ["Operation", foreign(refusal.operation, "mono")],
      ["Permission", foreign(refusal.permission, "mono")],
      ["Answer", foreign(refusal.code, "mono")],
      ["Message", refusal.message && foreign(refusal.message)],
    ]),
  );
}

/**
 * @param {Fix} fix
 * @param {string} command the command made for this very resource
 */
function fixSection(fix, command) {
  const efforts = [
    fix.downtime && "causes downtime",
    fix.replacement && "replaces the resource",
    fix.cost && "raises the bill",
  ].filter((effort) => effort !== false);
  const cli = command || fix.cli;
  const ways = Object.entries({ "AWS CLI": cli, Terraform: fix.terraform, CloudFormation: fix.cloudformation })
    .filter(([, text]) => text)
    .map(([name, text]) => /** @type {[string, HTMLElement]} */ ([name, code(text, name)]));
  return section(
    "How to fix it",
    prose(fix.text),
    make("p", { class: "efforts" }, "Effort: ", cli ? "a command " : "by hand ", ...efforts.map((effort) => make("span", { class: "effort" }, effort))),
    ways.length > 0 && tabbed("Ways to fix it", ways),
  );
}

/**
 * The exception that would accept this failure; nothing where it does not fail, or where an exception accepts it.
 * @param {Findings} findings
 * @param {number} finding
 */
function exceptionSection(findings, finding) {
  const [, , arn] = findings.resource(finding);
  if (findings.value(finding, "status") !== "FAIL" || arn.length > LONGEST_PATTERN) return null;
  const snippet = exceptionToml(findings.check(finding).id, arn, findings.core.day);
  const advice = make("p", { class: "muted" }, "To accept this failure until a day, put this into auditor.toml and say why.");
  return section("Accept it", make("details", {}, make("summary", {}, "An exception for this finding"), advice, code(snippet, "Exception, for auditor.toml")));
}

/**
 * @param {Evidence[]} evidence
 * @param {string} title
 */
function evidenceSection(evidence, title = "Evidence") {
  const items = evidence.map(([fact, value, operation, at, resource, cut]) =>
    make(
      "li",
      {},
      make("h4", {}, foreign(fact, "mono")),
      code(pretty(value), `Value of ${line(fact)}`),
      make(
        "p",
        { class: "muted origin" },
        foreign(operation, "mono"),
        ` · ${moment(at)}`,
        resource && " · ",
        resource && foreign(resource, "mono"),
        cut && " · cut here, the recording holds all of it",
      ),
    ),
  );
  return section(title, items.length > 0 && make("ul", { class: "plain evidence" }, ...items));
}

/**
 * @param {Findings} findings
 * @param {number} finding
 * @param {Record<string, string>} tags
 */
function resourceSection(findings, finding, tags) {
  const [type, id, arn, name] = findings.resource(finding);
  const tagList = Object.entries(tags).map(([key, value]) => make("span", { class: "tag" }, foreign(value ? `${key}: ${value}` : key)));
  return section(
    "Resource",
    pairs([
      ["Name", name !== id && foreign(name)],
      ["Id", foreign(id, "mono")],
      ["Type", foreign(type, "mono")],
      ["ARN", foreign(arn, "mono")],
      ["Account", foreign(findings.value(finding, "account"), "mono")],
      ["Region", foreign(findings.value(finding, "region"), "mono")],
      ["Tags", tagList.length > 0 && make("span", { class: "tags" }, ...tagList)],
    ]),
  );
}

/** @param {Check} check */
function checkLink(check) {
  return make("a", { class: "mono foreign", href: formatState({ ...defaultState(), checks: [check.id] }) }, line(check.id));
}

/**
 * @param {Findings} findings
 * @param {string} name `framework:control`
 */
function controlLink(findings, name) {
  const known = findings.controls.get(name);
  if (!known) return foreign(name);
  const href = formatState({ ...defaultState(), control: name });
  return make("a", { class: "foreign", href }, line(`${known.framework} ${known.control.id}: ${known.control.title}`));
}

/** @param {string} address */
function reference(address) {
  if (!/^https:\/\//.test(address)) return foreign(address);
  return make("a", { class: "foreign", href: address, rel: "noopener noreferrer", target: "_blank" }, line(address));
}
