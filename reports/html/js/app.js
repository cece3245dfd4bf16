/** The page: what the address says is what is shown; whatever is clicked changes the address. */
class App {
  /** @param {Findings} findings */
  constructor(findings) {
    this.findings = findings;
    this.query = new Query(findings);
    this.state = parseState(location.hash);
    /** @type {number[]} */
    this.rows = [];
    /** @type {Group[]} */
    this.groups = [];
    /** @type {Set<number>} */
    this.unfolded = new Set();
    /** The list: a finding's number, or -1 - n for the nth group. @type {number[]} */
    this.entries = [];
    /** What the list was last made for. */
    this.selected = "";
    const change = (/** @type {Partial<State>} */ changes) => this.go({ ...this.state, ...changes });
    this.change = change;
    this.toolbar = new Toolbar(change, () => this.#toggleAll());
    this.list = new VirtualList(byId("list"), byId("toolbar"), (index) => this.#row(index));
    this.facets = FACETS.map((key) => new Facet(key, findings, (_, chosen) => change({ chosen: { ...this.state.chosen, [key]: chosen } })));
    byId("facets").append(...this.facets.map((facet) => facet.element));
    this.frameworks = new FrameworksView(findings);
    this.ways = new WaysView(findings);
    this.drawer = new Drawer(byId("drawer"), findings, { step: (by) => this.step(by), close: () => this.close() });
    addEventListener("popstate", () => this.#follow());
    addEventListener("resize", () => {
      this.#layOut();
      if (document.body.dataset.view === "ways") this.ways.show();
    });
    document.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    preparePrinting(findings, () => this.rows);
    prepareExports(findings, () => this.rows);
  }

  /**
   * @param {State} state
   * @param {boolean} push whether the browser's Back returns to the present state
   */
  go(state, push = false) {
    this.state = state;
    const hash = formatState(state);
    this.apply();
    if (hash === location.hash) return;
    try {
      history[push ? "pushState" : "replaceState"](null, "", hash);
    } catch {
      // Safari refuses more than a hundred changes in half a minute: the next change that it allows catches up.
    }
  }

  /** Shows what the state says. */
  apply() {
    const { state } = this;
    const view = document.getElementById(state.view) ? state.view : "overview";
    document.body.dataset.view = view;
    for (const link of byId("views").querySelectorAll("a")) {
      link.removeAttribute("aria-current");
      if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    }
    if (view === "frameworks") this.frameworks.show(state);
    if (view === "ways") this.ways.show();
    const selected = formatState({ ...state, view: "", finding: "", resource: "", framework: "", controls: "" });
    if (selected !== this.selected) this.#select();
    this.selected = selected;
    this.#showFinding();
  }

  /** @param {number} by */
  step(by) {
    if (!this.drawer.isOpen) {
      this.list.focus(Math.max(0, this.list.current + by));
      return;
    }
    if (!this.state.finding) return;
    let index = this.#place() + by;
    while (at(this.entries, index) < 0) index += by;
    const next = this.entries[index];
    if (next === undefined) return;
    this.list.reveal(index);
    this.list.current = index;
    this.change({ finding: this.findings.fingerprint(next), resource: "" });
  }

  close() {
    const index = this.#place();
    this.change({ finding: "", resource: "" });
    this.list.focus(index);
  }

  /** Where in the list the open finding stands: where the reader last was, if it is there more than once. */
  #place() {
    const open = this.#open();
    if (open < 0) return -1;
    return this.entries[this.list.current] === open ? this.list.current : this.entries.indexOf(open);
  }

  #select() {
    const { state, findings, toolbar } = this;
    const { rows, counts } = this.query.select(state);
    this.rows = rows;
    this.groups = state.group ? this.query.group(state.group, rows) : [];
    this.unfolded = new Set();
    FACETS.forEach((key, index) => this.facets[index]?.update(state.chosen[key], counts[key]));
    toolbar.update(state, rows.length, findings);
    byId("nothing").hidden = rows.length > 0;
    byId("nothing").replaceChildren(...(rows.length ? [] : nothingToShow(findings, state, this.change)));
    this.#layOut();
    const top = byId("workbench").getBoundingClientRect().top;
    if (top < 0) scrollBy(0, top);
  }

  /** Lists the findings, or the groups with the findings of those that are unfolded. */
  #layOut() {
    this.entries = this.rows;
    if (this.state.group) {
      this.entries = [];
      this.groups.forEach((group, index) => {
        this.entries.push(-1 - index);
        if (this.unfolded.has(group.value)) for (const row of group.rows) this.entries.push(row);
      });
    }
    const style = getComputedStyle(byId("list"));
    const [row, group] = ["--row-height", "--group-height"].map((name) => parseFloat(style.getPropertyValue(name)));
    this.list.show(this.entries.length, (index) => (at(this.entries, index) < 0 ? group : row) ?? 0);
    this.toolbar.updateFolding(this.state.group !== "", this.unfolded.size === this.groups.length);
  }

  /** @param {number} index */
  #row(index) {
    const entry = at(this.entries, index);
    if (entry >= 0) {
      const href = formatState({ ...this.state, finding: this.findings.fingerprint(entry) });
      return findingRow(this.findings, entry, href, entry === this.drawer.finding);
    }
    const group = /** @type {Group} */ (this.groups[-1 - entry]);
    return groupRow(this.findings, group, this.unfolded.has(group.value), () => {
      if (!this.unfolded.delete(group.value)) this.unfolded.add(group.value);
      this.#layOut();
      this.list.focus(this.entries.indexOf(entry));
    });
  }

  #toggleAll() {
    const whole = this.unfolded.size === this.groups.length;
    this.unfolded = new Set(whole ? [] : this.groups.map((group) => group.value));
    this.#layOut();
  }

  #showFinding() {
    const finding = this.#open();
    const place = this.rows.indexOf(finding);
    if (this.state.resource) this.drawer.showResource(this.state.resource);
    else if (!this.state.finding) this.drawer.hide();
    else this.drawer.show(finding, this.state.finding, place < 0 ? "" : `${number(place + 1)} of ${number(this.rows.length)}`);
    for (const [index, element] of this.list.shown) {
      const link = element.querySelector("a");
      if (finding >= 0 && this.entries[index] === finding) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
    }
  }

  /** The number of the finding that the state opens, -1 for none. */
  #open() {
    return this.state.finding ? this.findings.find(this.state.finding) : -1;
  }

  /** Does as the address bar, Back or Forward say. */
  #follow() {
    if (!addressesView(location.hash)) return;
    this.state = parseState(location.hash);
    this.apply();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = /** @type {Element} */ (event.target).closest("a");
    if (!link || !link.getAttribute("href")?.startsWith("#") || !addressesView(link.hash)) return;
    event.preventDefault();
    const { view, framework } = this.state;
    this.go(parseState(link.hash), true);
    const top = byId("views").getBoundingClientRect().top;
    if ((view !== this.state.view || framework !== this.state.framework) && top < 0) scrollBy(0, top);
    if (link.closest("#overview, .drawer") && !this.state.finding && !this.state.resource) byId("views").scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /** @type {HTMLDialogElement} */ (byId("help")).open) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.matches("input:not([type=checkbox]), textarea, select");
    if (typing && event.key !== "Escape") return;
    const inList = byId("list").contains(target);
    /** @type {Record<string, (() => void) | false>} */
    const actions = {
      "/": () => this.#search(),
      "?": showHelp,
      j: () => this.step(1),
      k: () => this.step(-1),
      ArrowDown: inList && (() => this.step(1)),
      ArrowUp: inList && (() => this.step(-1)),
      Escape: typing ? () => target.blur() : this.drawer.isOpen && (() => this.close()),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #search() {
    this.change({ view: "findings", finding: "", resource: "" });
    this.toolbar.search.focus();
    this.toolbar.search.select();
  }
}

/** @param {string} hash */
function addressesView(hash) {
  const first = hash.replace(/^#/, "").split("&")[0] ?? "";
  return first === "" || first.includes("=") || VIEWS.includes(first);
}

function showHelp() {
  /** @type {HTMLDialogElement} */ (byId("help")).showModal();
}

async function start() {
  prepareTheme();
  byId("show-help").addEventListener("click", showHelp);
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", (event) => copyText(button.parentElement?.querySelector("code")?.textContent ?? "", event));
  }
  const loading = byId("loading");
  try {
    const findings = new Findings(await unpack("core"));
    const app = new App(findings);
    byId("core").remove();
    byId("workbench").hidden = false;
    loading.hidden = true;
    app.apply();
    document.body.dataset.ready = "true";
    performance.mark("ready");
    // Made while the reader looks: the text of the first search, and the drawings, which paper wants at once.
    (window.requestIdleCallback ?? setTimeout)(() => {
      findings.searchable();
      if (document.getElementById("ways")) app.ways.show();
    });
  } catch (error) {
    loading.textContent = `The findings could not be unpacked (${error}). A current browser is needed: Chrome 123, Firefox 120, Safari 17.5 or later.`;
    throw error;
  }
}

document.documentElement.classList.add("scripted");
document.body.dataset.view = parseState(location.hash).view;
addEventListener("DOMContentLoaded", start);
