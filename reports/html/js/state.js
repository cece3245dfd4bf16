const VIEWS = ["overview", "findings", "ways", "breakdown", "frameworks", "changes", "exceptions", "gaps", "about"];
const GROUPS = ["", "check", "resource", "service", "account", "region", "framework", "owner"];
const SORTS = ["severity", "status", "check", "resource", "service", "account", "region", "owner", "age"];

/** @returns {State} */
function defaultState() {
  return {
    view: "findings",
    query: "",
    chosen: { severity: [], status: ["FAIL"], change: [], service: [], owner: [], region: [], account: [] },
    checks: [],
    control: "",
    group: "",
    sort: "severity",
    descending: false,
    finding: "",
    resource: "",
    framework: "",
    controls: "",
  };
}

/**
 * Reads the address. What it does not say, or says wrongly, is as by default; an empty one is the overview.
 * @param {string} hash such as `#findings&severity=high&group=check`
 * @returns {State}
 */
function parseState(hash) {
  const state = defaultState();
  const [first = "", ...rest] = hash.replace(/^#/, "").split("&");
  const named = !first.includes("=");
  if (named && VIEWS.includes(first)) state.view = first;
  else if (first === "" && !rest.length) state.view = "overview";
  const parameters = new URLSearchParams((named ? rest : [first, ...rest]).join("&"));
  for (const key of FACETS) {
    if (parameters.has(key)) state.chosen[key] = parameters.getAll(key).filter(Boolean);
  }
  state.query = parameters.get("q") ?? "";
  state.checks = parameters.getAll("check");
  state.control = parameters.get("control") ?? "";
  state.finding = parameters.get("finding") ?? "";
  state.resource = state.finding ? "" : (parameters.get("resource") ?? "");
  state.framework = parameters.get("framework") ?? "";
  state.controls = parameters.get("controls") ?? "";
  state.descending = parameters.get("order") === "reverse";
  state.group = among(GROUPS, parameters.get("group"), state.group);
  state.sort = among(SORTS, parameters.get("sort"), state.sort);
  return state;
}

/**
 * @param {string[]} allowed
 * @param {string | null} value
 * @param {string} otherwise
 */
function among(allowed, value, otherwise) {
  return value !== null && allowed.includes(value) ? value : otherwise;
}

/**
 * Writes the address of a state, without what is as by default.
 * @param {State} state
 */
function formatState(state) {
  const usual = defaultState();
  const parameters = new URLSearchParams();
  for (const key of FACETS) {
    const values = state.chosen[key];
    if (String(values) === String(usual.chosen[key])) continue;
    for (const value of values.length ? values : [""]) parameters.append(key, value);
  }
  for (const check of state.checks) parameters.append("check", check);
  const rest = {
    q: state.query,
    control: state.control,
    group: state.group,
    sort: state.sort === usual.sort ? "" : state.sort,
    order: state.descending ? "reverse" : "",
    finding: state.finding,
    resource: state.finding ? "" : state.resource,
    framework: state.framework,
    controls: state.controls,
  };
  for (const [key, value] of Object.entries(rest)) if (value) parameters.append(key, value);
  const text = parameters.toString();
  return `#${state.view}${text ? `&${text}` : ""}`;
}

/**
 * Whether the state leaves any finding out for another reason than its status.
 * @param {State} state
 */
function isNarrowed(state) {
  const usual = formatState(defaultState());
  return formatState({ ...defaultState(), query: state.query, chosen: state.chosen, checks: state.checks, control: state.control }) !== usual;
}
