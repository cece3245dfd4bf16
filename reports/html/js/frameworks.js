const CONTROL_WORDS = /** @type {Record<string, string>} */ ({
  FAIL: "Fail",
  UNKNOWN: "Unknown",
  ACCEPTED: "Accepted",
  MANUAL: "For a person",
  PARTIAL: "Partly checked",
  UNCOVERED: "Not covered",
  PASS: "Pass",
  NOT_APPLICABLE: "Not applicable",
});
const SHOWN_FAILURES = 5;

/** The frameworks: all of them in short, or one with its controls. */
class FrameworksView {
  /** @param {Findings} findings */
  constructor(findings) {
    this.findings = findings;
    this.section = byId("frameworks");
    this.panels = /** @type {HTMLElement[]} */ ([...this.section.querySelectorAll("[data-framework]")]);
    /** What the view was last made for. */
    this.shown = "";
  }

  /** @param {State} state */
  show(state) {
    const { frameworks } = this.findings.core;
    const only = frameworks.length === 1 ? frameworks[0] : undefined;
    const chosen = frameworks.find((framework) => framework.id === state.framework) ?? only;
    const former = this.shown.split("&")[0];
    const wanted = chosen ? `${chosen.id}&${state.controls}` : "";
    if (wanted === this.shown) return;
    this.shown = wanted;
    byId("all-frameworks").hidden = !chosen || chosen === only;
    for (const panel of this.panels) panel.hidden = chosen !== undefined && panel.dataset.framework !== chosen.id;
    this.#markStatus(wanted);
    const controls = byId("controls");
    controls.hidden = !chosen;
    controls.replaceChildren(...(chosen ? controlsOf(this.findings, chosen, state.controls) : []));
    if (!chosen) this.panels.find((panel) => panel.dataset.framework === former)?.querySelector("a")?.focus({ preventScroll: true });
  }

  /** @param {string} wanted the framework and the status that are shown */
  #markStatus(wanted) {
    for (const link of this.section.querySelectorAll(".totals a")) {
      const { framework, controls } = parseState(/** @type {HTMLAnchorElement} */ (link).hash);
      if (wanted === `${framework}&${controls}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

/**
 * The controls of a framework as a table, below a line that counts them.
 * @param {Findings} findings
 * @param {Framework} framework
 * @param {string} status only controls of this status, empty for all
 */
function controlsOf(findings, framework, status) {
  const controls = framework.controls.filter((control) => !status || control.status === status);
  const all = { ...defaultState(), view: "frameworks", framework: framework.id };
  const weight = controlWeight(framework);
  const titles = ["Control", ...(weight ? [weight] : []), "What it asks", "Status"];
  const count = status ? `${number(controls.length)} of ${plural(framework.controls.length, "control")}` : plural(controls.length, "control");
  return [
    make(
      "div",
      { class: "status-line" },
      make("p", { role: "status" }, count),
      status && make("a", { href: formatState(all) }, "Show all"),
      make("span", { class: "source" }, "Source: ", reference(framework.source)),
    ),
    make(
      "table",
      { class: "controls", "aria-label": `Controls of ${line(framework.title)}` },
      make("thead", {}, make("tr", {}, ...titles.map((title) => make("th", { scope: "col" }, title)))),
      make("tbody", {}, ...controls.map((control) => controlRow(findings, `${framework.id}:${control.id}`, control, weight))),
    ),
  ];
}

/**
 * How a framework says that one control matters more than another, if it does.
 * @param {Framework} framework
 */
function controlWeight({ controls }) {
  if (controls.some((control) => control.severity)) return "Severity";
  return controls.some((control) => control.level) ? "Level" : "";
}

/**
 * @param {Findings} findings
 * @param {string} name `framework:control`
 * @param {Control} control
 * @param {string} weight
 */
function controlRow(findings, name, control, weight) {
  const { severity, level, status } = control;
  const title = make("span", { class: "foreign" }, visible(control.title));
  const worth = severity ? make("span", { class: `severity ${severity}` }, severity) : level > 0 && `Level ${level}`;
  return make(
    "tr",
    {},
    make("th", { scope: "row", class: "control-id foreign" }, line(control.id)),
    weight && make("td", { class: "weight" }, worth || "–"),
    make(
      "td",
      { class: "asks" },
      make("p", { class: "title" }, control.checks.length ? make("a", { href: controlHref(name, STATUSES_OF[status] ?? []) }, title) : title),
      failureList(findings, name, control),
      guidance("For a person", control.manual),
      guidance("Not covered", control.uncovered),
      guidance("Not run", control.others.join(", ")),
    ),
    make(
      "td",
      { class: "verdict" },
      make("span", { class: `state ${status.toLowerCase()}` }, CONTROL_WORDS[status] ?? status),
      control.failing > 0 && make("a", { class: "fail", href: controlHref(name, ["FAIL"]) }, `${number(control.failing)} failing`),
      control.unknown > 0 && make("a", { class: "unknown", href: controlHref(name, ["UNKNOWN", "ERROR"]) }, `${number(control.unknown)} unknown`),
    ),
  );
}

/** The findings worth seeing of a control, by its status; all of them for any other. @type {Record<string, string[]>} */
const STATUSES_OF = { FAIL: ["FAIL"], UNKNOWN: ["UNKNOWN", "ERROR"], ACCEPTED: ["ACCEPTED"] };

/**
 * The address of a control's findings.
 * @param {string} control `framework:control`
 * @param {string[]} status none for all
 * @param {string} finding the one to open
 */
function controlHref(control, status, finding = "") {
  const state = defaultState();
  return formatState({ ...state, chosen: { ...state.chosen, status }, control, finding });
}

/**
 * The first resources that fail a control, each a link to its finding.
 * @param {Findings} findings
 * @param {string} name `framework:control`
 * @param {Control} control
 */
function failureList(findings, name, control) {
  const failures = control.checks.flatMap((check) => findings.failures(check));
  if (!failures.length) return null;
  const rest = failures.length - SHOWN_FAILURES;
  const items = failures.slice(0, rest > 1 ? SHOWN_FAILURES : failures.length).map((finding) => {
    const resource = findings.resource(finding);
    const region = findings.value(finding, "region");
    const place = findings.core.accounts.length > 1 ? `${findings.value(finding, "account")} · ${region}` : region;
    return make(
      "li",
      {},
      make("a", { class: "foreign", href: controlHref(name, ["FAIL"], findings.fingerprint(finding)) }, line(resourceLabel(resource))),
      make("span", { class: "note foreign" }, line(findings.notes(finding)[0] ?? findings.check(finding).title)),
      make("span", { class: "note foreign" }, line(place)),
    );
  });
  const more = make("a", { href: controlHref(name, ["FAIL"]) }, `and ${number(rest)} more`);
  return make("ul", { class: "failing" }, ...items, rest > 1 && make("li", {}, more));
}

/**
 * @param {string} label
 * @param {string} text
 */
function guidance(label, text) {
  return text && make("p", { class: "guidance" }, make("b", {}, `${label}: `), make("span", { class: "foreign" }, visible(text)));
}
