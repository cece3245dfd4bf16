/** The panel beside the list with all that is known of one finding, or of one resource. */
class Drawer {
  /**
   * @param {HTMLElement} element
   * @param {Findings} findings
   * @param {{step: (by: number) => void, close: () => void}} actions
   */
  constructor(element, findings, actions) {
    this.element = element;
    this.findings = findings;
    this.actions = actions;
    /** The finding shown; -1 for one that the report does not have. @type {number | null} */
    this.finding = null;
    /** The ARN of the resource shown, empty for none. */
    this.resource = "";
    this.narrow = matchMedia("(max-width: 900px)");
    this.narrow.addEventListener("change", () => this.#cover());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * Shows the finding.
   * @param {number} finding -1 for one that the report does not have
   * @param {string} fingerprint
   * @param {string} position where the finding stands in the list, such as "3 of 128"
   */
  async show(finding, fingerprint, position) {
    const changed = finding !== this.finding;
    this.finding = finding;
    this.resource = "";
    this.element.setAttribute("aria-label", "Finding");
    this.element.hidden = false;
    this.#cover();
    const detail = finding < 0 ? null : await this.findings.detail(finding);
    if (finding !== this.finding) return;
    const permalink = new URL(`#finding=${encodeURIComponent(fingerprint)}`, location.href).href;
    this.element.replaceChildren(
      this.#bar(position, permalink),
      detail ? this.#article(finding, detail) : unknown("finding", "fingerprint", fingerprint),
    );
    if (changed) this.#begin();
  }

  /**
   * Shows the resource.
   * @param {string} arn
   */
  async showResource(arn) {
    if (arn === this.resource) return;
    this.finding = null;
    this.resource = arn;
    this.element.setAttribute("aria-label", "Resource");
    this.element.hidden = false;
    this.#cover();
    const rows = this.findings.about(arn);
    const article = rows.length ? await resourceArticle(this.findings, arn, rows) : unknown("resource", "ARN", arn);
    if (arn !== this.resource) return;
    this.element.replaceChildren(this.#bar("", new URL(resourceHref(arn), location.href).href), article);
    this.#begin();
  }

  #begin() {
    this.element.scrollTop = 0;
    this.element.querySelector("h2")?.focus({ preventScroll: true });
  }

  hide() {
    this.finding = null;
    this.resource = "";
    this.element.hidden = true;
    this.#cover();
  }

  /** Keeps the focus out of the page where the panel covers it. */
  #cover() {
    document.body.classList.toggle("has-drawer", this.isOpen);
    const page = document.querySelector(".page");
    page?.toggleAttribute("inert", this.isOpen && this.narrow.matches);
  }

  /**
   * @param {string} position
   * @param {string} permalink
   */
  #bar(position, permalink) {
    const { step, close } = this.actions;
    const steps = [
      make("button", { type: "button", "aria-label": "Previous finding", click: () => step(-1) }, "↑"),
      make("button", { type: "button", "aria-label": "Next finding", click: () => step(1) }, "↓"),
    ];
    return make(
      "div",
      { class: "drawer-bar" },
      ...(position ? steps : []),
      make("span", { class: "muted position" }, position),
      make("button", { type: "button", click: (event) => copyText(permalink, event) }, "Copy link"),
      make("button", { type: "button", class: "close", "aria-label": "Close the details", click: close }, "Close"),
    );
  }

  /**
   * @param {number} finding
   * @param {Detail} detail
   */
  #article(finding, detail) {
    const { findings } = this;
    const resource = findings.resource(finding);
    const [label, arn] = [line(resourceLabel(resource)), resource[2]];
    return make(
      "article",
      {},
      make("p", { class: "marks" }, severityMark(findings, finding), statusMark(findings, finding)),
      make("h2", { tabindex: -1, class: "foreign" }, visible(findings.check(finding).title)),
      make(
        "p",
        { class: "muted subject foreign" },
        arn.length > LONGEST_PATTERN ? label : make("a", { href: resourceHref(arn), title: "All that is known of this resource" }, label),
        ` · ${line(findings.value(finding, "account"))} · ${line(findings.value(finding, "region"))}`,
      ),
      ...detailSections(findings, finding, detail),
    );
  }
}

/**
 * @param {string} what
 * @param {string} by
 * @param {string} identity
 */
function unknown(what, by, identity) {
  return make(
    "article",
    {},
    make("h2", { tabindex: -1 }, `This report has no such ${what}`),
    make("p", {}, `Its ${by} is `, foreign(identity, "mono"), ". The link may come from another audit."),
  );
}
