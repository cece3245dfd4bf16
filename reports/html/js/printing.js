const LONGEST_PRINT = 1000;

/**
 * Puts the list on paper: what is chosen, as a plain table, as far as paper is of use.
 * @param {Findings} findings
 * @param {() => number[]} rows the findings in the list
 */
function preparePrinting(findings, rows) {
  const paper = matchMedia("print");
  const prepare = () => byId("printed").replaceChildren(...(paper.matches ? printedList(findings, rows()) : []));
  paper.addEventListener("change", prepare);
  prepare();
}

/**
 * @param {Findings} findings
 * @param {number[]} rows
 */
function printedList(findings, rows) {
  const head = ["Severity", "Status", "Finding", "Resource", "Account", "Region"];
  const body = rows.slice(0, LONGEST_PRINT).map((finding) => printedRow(findings, finding));
  const table = make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...head.map((title) => make("th", { scope: "col" }, title)))),
    make("tbody", {}, ...body),
  );
  const rest = rows.length - body.length;
  return [table, rest > 0 && make("p", {}, `${plural(rest, "finding")} more: choose fewer to print them.`)].filter((each) => each !== false);
}

/**
 * @param {Findings} findings
 * @param {number} finding
 */
function printedRow(findings, finding) {
  const notes = findings.notes(finding).map((note) => make("span", { class: "note foreign" }, line(note)));
  return make(
    "tr",
    {},
    make("td", {}, severityMark(findings, finding)),
    make("td", {}, statusMark(findings, finding)),
    make("td", {}, make("span", { class: "title foreign" }, line(findings.check(finding).title)), ...notes),
    make("td", { class: "foreign" }, line(resourceLabel(findings.resource(finding)))),
    make("td", { class: "foreign" }, line(findings.value(finding, "account"))),
    make("td", { class: "foreign" }, line(findings.value(finding, "region"))),
  );
}
