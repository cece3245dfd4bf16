const SHORT_FACET = 8;
const FACET_TITLES = {
  severity: "Severity",
  status: "Status",
  change: "Change",
  service: "Service",
  owner: "Owner",
  region: "Region",
  account: "Account",
};
/** The properties whose values have an order of their own, and are shown even where there is none. @type {FacetKey[]} */
const FIXED_FACETS = ["severity", "status", "change"];

/**
 * One value that can be chosen.
 * @typedef {object} Choice
 * @property {string} value
 * @property {number} number
 * @property {HTMLLabelElement} label
 * @property {HTMLInputElement} box
 * @property {HTMLElement} count
 */

/** The choice of values of one property, each with how many findings it would show. */
class Facet {
  /**
   * @param {FacetKey} key
   * @param {Findings} findings
   * @param {(key: FacetKey, chosen: string[]) => void} choose
   */
  constructor(key, findings, choose) {
    this.whole = false;
    this.fixed = FIXED_FACETS.includes(key);
    /** @type {Uint32Array | null} */
    this.counts = null;
    this.options = inOrder(key, findings).map((index) => option(key, findings.values[key][index] ?? "", index));
    this.more = make("button", { type: "button", class: "link", click: () => this.#toggleWhole() });
    const labels = this.options.map((each) => each.label);
    this.element = make("fieldset", { class: "facet" }, make("legend", {}, FACET_TITLES[key]), ...labels, this.more);
    this.element.hidden = this.options.length < 2;
    this.element.addEventListener("change", () => {
      choose(key, this.options.filter((each) => each.box.checked).map((each) => each.value));
    });
  }

  /**
   * @param {string[]} chosen
   * @param {Uint32Array} counts
   */
  update(chosen, counts) {
    this.counts = counts;
    for (const each of this.options) {
      each.box.checked = chosen.includes(each.value);
      const count = at(counts, each.number);
      each.count.textContent = number(count);
      each.label.classList.toggle("nought", count === 0);
    }
    this.#fold();
  }

  #toggleWhole() {
    this.whole = !this.whole;
    this.#fold();
  }

  #fold() {
    let room = this.whole ? Infinity : SHORT_FACET;
    let folded = 0;
    for (const each of this.options) {
      const count = this.counts ? at(this.counts, each.number) : 0;
      const show = this.fixed || each.box.checked || (room > 0 && (this.whole || count > 0));
      each.label.hidden = !show;
      if (show) room -= 1;
      else folded += 1;
    }
    this.more.hidden = !folded && !this.whole;
    this.more.textContent = this.whole ? "Show fewer" : `${number(folded)} more`;
  }
}

/**
 * The numbers of a property's values: as defined where that has a meaning, else those with most failures first.
 * @param {FacetKey} key
 * @param {Findings} findings
 */
function inOrder(key, findings) {
  const values = findings.values[key];
  const numbers = values.map((_, index) => index);
  if (FIXED_FACETS.includes(key)) return numbers;
  const failures = new Uint32Array(values.length);
  const failed = findings.core.statuses.indexOf("FAIL");
  findings.columns[key].forEach((value, finding) => {
    if (findings.columns.status[finding] === failed) failures[value] = at(failures, value) + 1;
  });
  return numbers.sort((left, right) => at(failures, right) - at(failures, left) || left - right);
}

/**
 * @param {FacetKey} key
 * @param {string} value
 * @param {number} index
 * @returns {Choice}
 */
function option(key, value, index) {
  const box = make("input", { type: "checkbox" });
  const count = make("span", { class: "facet-count" });
  const kind = key === "severity" ? `severity ${value}` : "";
  const text = key === "status" ? (STATUS_WORDS[value] ?? value) : line(value);
  return { value, number: index, box, count, label: make("label", {}, box, make("span", { class: `foreign ${kind}` }, text), count) };
}
