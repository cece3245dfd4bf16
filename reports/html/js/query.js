/**
 * What a state selects.
 * @typedef {object} Selected
 * @property {number[]} rows the findings, in order
 * @property {Record<FacetKey, Uint32Array>} counts per value, how many findings there would be with all other filters
 */

/** Filters, sorts and groups findings; keeps what the next question can use again. */
class Query {
  /** @param {Findings} findings */
  constructor(findings) {
    this.findings = findings;
    /** @type {Map<string, Uint32Array>} */
    this.orders = new Map();
    /** @type {{query: string, matches: Uint8Array | null}} */
    this.searched = { query: "", matches: null };
  }

  /**
   * @param {State} state
   * @returns {Selected}
   */
  select(state) {
    const { findings } = this;
    const order = this.order(state.sort);
    const allowed = this.allowedChecks(state);
    const matches = this.matches(state.query);
    const chosen = FACETS.map((key) => chosenNumbers(findings.values[key], state.chosen[key]));
    const columns = FACETS.map((key) => findings.columns[key]);
    const counts = FACETS.map((key) => new Uint32Array(findings.values[key].length));
    /** @type {number[]} */
    const rows = [];
    for (const finding of order) {
      if (allowed && !allowed[/** @type {number} */ (findings.columns.check[finding])]) continue;
      if (matches && !matches[finding]) continue;
      if (countFacets(finding, columns, chosen, counts)) rows.push(finding);
    }
    if (state.descending) rows.reverse();
    return { rows, counts: /** @type {any} */ (Object.fromEntries(FACETS.map((key, index) => [key, counts[index]]))) };
  }

  /**
   * Which checks the address names, by itself or by a control; null for all.
   * @param {State} state
   */
  allowedChecks(state) {
    if (!state.checks.length && !state.control) return null;
    const { core, controls, checkNumbers } = this.findings;
    const allowed = new Uint8Array(core.checks.length);
    for (const id of state.checks) {
      const check = checkNumbers.get(id);
      if (check !== undefined) allowed[check] = 1;
    }
    for (const check of controls.get(state.control)?.control.checks ?? []) allowed[check] = 1;
    return allowed;
  }

  /**
   * Which findings have every word of the query in their check or in themselves; null for all.
   * @param {string} query
   */
  matches(query) {
    if (query !== this.searched.query) this.searched = { query, matches: this.search(query) };
    return this.searched.matches;
  }

  /** @param {string} query */
  search(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return null;
    const { core, columns, count } = this.findings;
    const haystack = this.findings.searchable();
    const checkTexts = core.checks.map((check) => `${check.id}\n${check.title}`.toLowerCase());
    const matches = new Uint8Array(count).fill(1);
    for (const word of words) {
      const inCheck = checkTexts.map((text) => text.includes(word));
      for (let finding = 0; finding < count; finding += 1) {
        if (!matches[finding] || inCheck[/** @type {number} */ (columns.check[finding])]) continue;
        if (!haystack[finding]?.includes(word)) matches[finding] = 0;
      }
    }
    return matches;
  }

  /**
   * All findings in the order of a property, then severity, then as in the report (check, account, region, resource).
   * @param {string} sort
   */
  order(sort) {
    let order = this.orders.get(sort);
    if (!order) {
      const asReported = Uint32Array.from({ length: this.findings.count }, (_, finding) => finding);
      order = stablySorted(stablySorted(asReported, this.findings.columns.severity), this.ranks(sort));
      this.orders.set(sort, order);
    }
    return order;
  }

  /**
   * Where each finding stands by a property.
   * @param {string} sort
   * @returns {number[]}
   */
  ranks(sort) {
    const { findings } = this;
    if (sort === "severity" || sort === "status") return findings.columns[sort];
    if (sort === "check") return ranked(findings.core.checks.map((check) => check.title), findings.columns.check);
    if (sort === "resource") return ranked(findings.core.resources.map(resourceLabel), findings.columns.resource);
    if (sort === "age") return ranked(findings.core.days.map((day) => day || "9999"), findings.columns.since);
    const key = /** @type {FacetKey} */ (sort);
    return ranked(findings.values[key], findings.columns[key]);
  }

  /**
   * The rows put together by a property, the gravest and fullest group first. By framework, a row may be in several.
   * @param {string} key
   * @param {number[]} rows
   * @returns {Group[]}
   */
  group(key, rows) {
    const { findings } = this;
    const failed = findings.core.statuses.indexOf("FAIL");
    const { status, severity } = findings.columns;
    /** @type {Map<number, Group>} */
    const groups = new Map();
    for (const row of rows) {
      for (const value of groupsOf(findings, key, row)) {
        let group = groups.get(value);
        if (!group) {
          group = { value, ...groupLabel(findings, key, value, row), rows: [], severities: findings.core.severities.map(() => 0) };
          groups.set(value, group);
        }
        group.rows.push(row);
        if (at(status, row) !== failed) continue;
        group.severities[at(severity, row)] = at(group.severities, at(severity, row)) + 1;
      }
    }
    return [...groups.values()].sort(bySeverities);
  }
}

/**
 * Whether a finding passes every facet. It is counted in each facet whose other facets all let it through.
 * @param {number} finding
 * @param {number[][]} columns
 * @param {(Uint8Array | null)[]} chosen
 * @param {Uint32Array[]} counts
 */
function countFacets(finding, columns, chosen, counts) {
  let missed = -1;
  for (let facet = 0; facet < columns.length; facet += 1) {
    const numbers = chosen[facet];
    if (!numbers || numbers[at(columns[facet], finding)]) continue;
    if (missed >= 0) return false;
    missed = facet;
  }
  for (let facet = 0; facet < columns.length; facet += 1) {
    if (missed < 0 || missed === facet) /** @type {any} */ (counts[facet])[at(columns[facet], finding)] += 1;
  }
  return missed < 0;
}

/**
 * The findings by their small ranks; those of one rank stay in the order they are in. Counting takes no comparisons.
 * @param {Uint32Array} order
 * @param {number[]} ranks
 */
function stablySorted(order, ranks) {
  const places = new Uint32Array(ranks.reduce((most, rank) => Math.max(most, rank), 0) + 2);
  for (const finding of order) places[at(ranks, finding) + 1] = at(places, at(ranks, finding) + 1) + 1;
  for (let rank = 1; rank < places.length; rank += 1) places[rank] = at(places, rank) + at(places, rank - 1);
  const sorted = new Uint32Array(order.length);
  for (const finding of order) {
    const place = at(places, at(ranks, finding));
    sorted[place] = finding;
    places[at(ranks, finding)] = place + 1;
  }
  return sorted;
}

/**
 * @param {string[]} values
 * @param {string[]} chosen
 */
function chosenNumbers(values, chosen) {
  return chosen.length ? Uint8Array.from(values, (value) => Number(chosen.includes(value))) : null;
}

/**
 * The place of each finding's entry among all entries sorted by text.
 * @param {string[]} texts
 * @param {number[]} column
 */
function ranked(texts, column) {
  const collator = new Intl.Collator("en", { numeric: true });
  const rank = /** @type {number[]} */ ([]);
  const sorted = texts.map((text, index) => ({ text: text.slice(0, 200), index }));
  sorted.sort((left, right) => collator.compare(left.text, right.text));
  sorted.forEach(({ index }, place) => {
    rank[index] = place;
  });
  return column.map((value) => at(rank, value));
}

/**
 * The entry at an index that surely is one.
 * @param {ArrayLike<number> | undefined} list
 * @param {number} index
 * @returns {number}
 */
function at(list, index) {
  return /** @type {any} */ (list)[index];
}

/** @param {Identity} resource */
function resourceLabel([, id, arn, name]) {
  return name || id || arn;
}

const UNFRAMED = [-1];

/**
 * The numbers of the groups that a finding is in.
 * @param {Findings} findings
 * @param {string} key
 * @param {number} row
 * @returns {number[]}
 */
function groupsOf(findings, key, row) {
  const { columns, frameworksOf } = findings;
  if (key !== "framework") return [at(columns[/** @type {FacetKey} */ (key)], row)];
  const found = frameworksOf[at(columns.check, row)] ?? [];
  return found.length ? found : UNFRAMED;
}

/**
 * @param {Findings} findings
 * @param {string} key
 * @param {number} value
 * @param {number} row
 */
function groupLabel(findings, key, value, row) {
  if (key === "framework") {
    const framework = findings.core.frameworks[value];
    return { label: framework?.title ?? "In no framework", sub: framework?.id ?? "" };
  }
  if (key === "check") return { label: findings.check(row).title, sub: findings.check(row).id };
  if (key === "resource") return { label: resourceLabel(findings.resource(row)), sub: findings.resource(row)[0] };
  return { label: findings.value(row, /** @type {FacetKey} */ (key)), sub: "" };
}

/**
 * @param {Group} left
 * @param {Group} right
 */
function bySeverities(left, right) {
  for (let severity = 0; severity < left.severities.length; severity += 1) {
    const difference = at(right.severities, severity) - at(left.severities, severity);
    if (difference) return difference;
  }
  return left.label < right.label ? -1 : 1;
}
