const GROUP_WORDS = ["none", "check", "resource", "service", "account", "region", "framework", "owner"];
const SORT_WORDS = ["severity", "status", "check", "resource", "service", "account", "region", "owner", "age"];
const TYPING_PAUSE = 80;

/** Search, grouping and sorting, and what the list shows in words. */
class Toolbar {
  /**
   * @param {(changes: Partial<State>) => void} change
   * @param {() => void} unfold
   */
  constructor(change, unfold) {
    this.search = /** @type {HTMLInputElement} */ (byId("search"));
    this.groups = fill(byId("group"), GROUPS, GROUP_WORDS);
    this.sorts = fill(byId("sort"), SORTS, SORT_WORDS);
    this.direction = byId("direction");
    this.unfold = byId("unfold");
    this.change = change;
    let typing = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => change({ query: this.search.value.trim() }), TYPING_PAUSE);
    });
    this.groups.addEventListener("change", () => change({ group: this.groups.value }));
    this.sorts.addEventListener("change", () => change({ sort: this.sorts.value }));
    this.direction.addEventListener("click", () => change({ descending: this.direction.ariaPressed !== "true" }));
    this.unfold.addEventListener("click", unfold);
    byId("reset").addEventListener("click", () => change(withoutFilters()));
    byId("toggle-facets").addEventListener("click", toggleFacets);
  }

  /**
   * @param {State} state
   * @param {number} matching
   * @param {Findings} findings
   */
  update(state, matching, findings) {
    if (document.activeElement !== this.search) this.search.value = state.query;
    this.groups.value = state.group;
    this.sorts.value = state.sort;
    this.direction.ariaPressed = String(state.descending);
    this.direction.textContent = state.descending ? "↑" : "↓";
    byId("matching").textContent = `${number(matching)} of ${plural(findings.count, "finding")}`;
    byId("reset").hidden = !isNarrowed(state);
    byId("chips").replaceChildren(...this.#chips(state, findings));
  }

  /**
   * @param {boolean} grouped
   * @param {boolean} whole whether all groups are unfolded
   */
  updateFolding(grouped, whole) {
    this.unfold.hidden = !grouped;
    this.unfold.textContent = whole ? "Fold all" : "Unfold all";
  }

  /**
   * What narrows the list without standing among the facets, each with a button that takes it away.
   * @param {State} state
   * @param {Findings} findings
   */
  #chips(state, findings) {
    const known = findings.controls.get(state.control);
    const chips = state.checks.map((check) => this.#chip(`Check ${check}`, { checks: state.checks.filter((other) => other !== check) }));
    if (state.control) chips.push(this.#chip(known ? `${known.framework} ${known.control.id}` : state.control, { control: "" }));
    return chips;
  }

  /**
   * @param {string} text
   * @param {Partial<State>} without
   */
  #chip(text, without) {
    const click = () => this.change(without);
    return make("button", { type: "button", class: "chip foreign", "aria-label": `Remove the filter ${line(text)}`, click }, line(text), " ×");
  }
}

/** @returns {Partial<State>} */
function withoutFilters() {
  const { query, chosen, checks, control } = defaultState();
  return { query, chosen, checks, control };
}

/**
 * @param {HTMLElement} select
 * @param {string[]} values
 * @param {string[]} words
 */
function fill(select, values, words) {
  select.append(...values.map((value, index) => make("option", { value }, words[index])));
  return /** @type {HTMLSelectElement} */ (select);
}

function toggleFacets() {
  const button = byId("toggle-facets");
  const open = byId("facets").classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
}

/**
 * What stands in place of an empty list.
 * @param {Findings} findings
 * @param {State} state
 * @param {(changes: Partial<State>) => void} change
 */
function nothingToShow(findings, state, change) {
  const failed = findings.core.statuses.indexOf("FAIL");
  const undecided = findings.core.statuses.flatMap((status, index) => (status === "UNKNOWN" || status === "ERROR" ? [index] : []));
  const has = (/** @type {number[]} */ statuses) => findings.columns.status.some((status) => statuses.includes(status));
  const all = { ...withoutFilters(), chosen: { ...defaultState().chosen, status: [] } };
  const button = (/** @type {string} */ text, /** @type {Partial<State>} */ changes) => make("button", { type: "button", click: () => change(changes) }, text);
  if (!findings.count) return [make("h3", {}, "There was nothing to judge"), make("p", {}, "No resource that the selected checks look at was found.")];
  if (has([failed]) || isNarrowed(state)) {
    return [make("h3", {}, "No finding matches"), make("p", {}, "Try fewer words or fewer filters."), button("Reset filters", withoutFilters())];
  }
  const caveat = has(undecided) ? "But not every question was answered: look at the unknown ones before you rejoice." : "Every question was answered, and every answer is good.";
  return [make("h3", {}, "Nothing failed"), make("p", {}, caveat), button(`Show all ${plural(findings.count, "finding")}`, all)];
}
