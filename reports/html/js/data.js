const FACETS = /** @type {FacetKey[]} */ (["severity", "status", "change", "service", "owner", "region", "account"]);
const STATUS_WORDS = /** @type {Record<string, string>} */ ({
  FAIL: "Fail",
  UNKNOWN: "Unknown",
  ERROR: "Error",
  ACCEPTED: "Accepted",
  PASS: "Pass",
});
const LONGEST_SEARCHED = 4096;

/**
 * Unpacks one of the documents that travel in the page.
 * @param {string} id
 * @returns {Promise<any>}
 */
async function unpack(id) {
  const binary = atob(byId(id).textContent ?? "");
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** All findings, by number, in the order of the report. */
class Findings {
  /** @param {Core} core */
  constructor(core) {
    this.core = core;
    this.columns = core.columns;
    this.count = core.columns.check.length;
    /** @type {Record<FacetKey, string[]>} */
    this.values = {
      severity: core.severities,
      status: core.statuses,
      change: core.changes,
      service: core.services,
      owner: core.owners,
      region: core.regions,
      account: core.accounts,
    };
    /** @type {string[] | null} */
    this.haystack = null;
    /** @type {Map<number, Promise<Detail[]>>} */
    this.details = new Map();
    /** @type {Map<number, number[]> | null} */
    this.failing = null;
    /** The controls by `framework:control`, with their frameworks' titles. @type {Map<string, {framework: string, control: Control}>} */
    this.controls = new Map(
      core.frameworks.flatMap((framework) => framework.controls.map((control) => [`${framework.id}:${control.id}`, { framework: framework.title, control }])),
    );
    /** The numbers of the frameworks that each check is in. @type {number[][]} */
    this.frameworksOf = core.checks.map(() => []);
    core.frameworks.forEach((framework, index) => {
      for (const check of new Set(framework.controls.flatMap((control) => control.checks))) this.frameworksOf[check]?.push(index);
    });
    this.checkNumbers = new Map(core.checks.map((check, index) => [check.id, index]));
  }

  /** @param {number} finding */
  check(finding) {
    return /** @type {Check} */ (this.core.checks[/** @type {number} */ (this.columns.check[finding])]);
  }

  /** @param {number} finding */
  resource(finding) {
    return /** @type {Identity} */ (this.core.resources[/** @type {number} */ (this.columns.resource[finding])]);
  }

  /**
   * What the finding's severity, status, service, region or account is.
   * @param {number} finding
   * @param {FacetKey} key
   */
  value(finding, key) {
    return /** @type {string} */ (this.values[key][/** @type {number} */ (this.columns[key][finding])]);
  }

  /** @param {number} finding */
  notes(finding) {
    return this.columns.notes[finding] ?? [];
  }

  /** @param {number} finding */
  fingerprint(finding) {
    return this.columns.fingerprint[finding] ?? "";
  }

  /**
   * The number of the finding, -1 where the report has none such.
   * @param {string} fingerprint
   */
  find(fingerprint) {
    return this.columns.fingerprint.indexOf(fingerprint);
  }

  /**
   * The failures of a check, in the order of the report.
   * @param {number} check
   */
  failures(check) {
    this.failing ??= this.#failuresByCheck();
    return this.failing.get(check) ?? [];
  }

  /**
   * The findings about a resource, what failed first.
   * @param {string} arn
   */
  about(arn) {
    const numbers = new Set(this.core.resources.flatMap((resource, index) => (resource[2] === arn ? [index] : [])));
    const { status, severity, resource } = this.columns;
    /** @type {number[]} */
    const found = [];
    resource.forEach((entry, finding) => numbers.has(entry) && found.push(finding));
    return found.sort((left, right) => at(status, left) - at(status, right) || at(severity, left) - at(severity, right) || left - right);
  }

  /**
   * The ARNs of the resources that stand in the evidence of one another, or on the same way.
   * @param {string} arn
   */
  neighbours(arn) {
    const { resources, others, neighbours } = this.core;
    const arnOf = (/** @type {number} */ index) => resources[index]?.[2] ?? others[index - resources.length] ?? "";
    /** @type {Set<string>} */
    const found = new Set();
    for (const [left, right] of neighbours) {
      if (arnOf(left) === arn) found.add(arnOf(right));
      else if (arnOf(right) === arn) found.add(arnOf(left));
    }
    return [...found].sort();
  }

  /**
   * Since when the failure is known, empty where nobody remembers.
   * @param {number} finding
   */
  since(finding) {
    return this.core.days[at(this.columns.since, finding)] ?? "";
  }

  #failuresByCheck() {
    const failed = this.core.statuses.indexOf("FAIL");
    /** @type {Map<number, number[]>} */
    const failing = new Map();
    this.columns.check.forEach((check, finding) => {
      if (this.columns.status[finding] !== failed) return;
      const others = failing.get(check);
      if (others) others.push(finding);
      else failing.set(check, [finding]);
    });
    return failing;
  }

  /**
   * What only an opened finding shows.
   * @param {number} finding
   * @returns {Promise<Detail>}
   */
  async detail(finding) {
    const chunk = Math.floor(finding / this.core.chunk);
    let details = this.details.get(chunk);
    if (!details) {
      details = unpack(`details-${chunk}`);
      this.details.set(chunk, details);
    }
    return /** @type {Detail} */ ((await details)[finding % this.core.chunk]);
  }

  /** The lower-case text of every finding that a search looks in, made when somebody first searches. */
  searchable() {
    this.haystack ??= Array.from({ length: this.count }, (_, finding) => {
      const [, id, arn, name] = this.resource(finding);
      const own = [id, arn, name, ...this.notes(finding)].map((text) => text.slice(0, LONGEST_SEARCHED));
      return `${own.join("\n")}\n${this.value(finding, "account")}\n${this.value(finding, "region")}\n${this.value(finding, "owner")}`.toLowerCase();
    });
    return this.haystack;
  }
}
