const WAYS_AT_FIRST = 50;
const PAPER = 680;

/** All ways through the account that failures tell of, drawn as wide as there is room; for paper while hidden. */
class WaysView {
  /** @param {Findings} findings */
  constructor(findings) {
    this.findings = findings;
    /** @type {Way[] | null} */
    this.ways = null;
    this.shown = WAYS_AT_FIRST;
    /** The room that the drawings were made for. */
    this.room = 0;
  }

  async show() {
    this.ways ??= /** @type {Way[]} */ (await unpack("ways-data"));
    if (this.room !== this.#roomNow()) this.draw();
  }

  #roomNow() {
    return (byId("ways-list").clientWidth || PAPER) - 48;
  }

  draw() {
    const list = byId("ways-list");
    const ways = this.ways ?? [];
    this.room = this.#roomNow();
    const more = () => {
      this.shown = ways.length;
      this.draw();
    };
    list.replaceChildren(...ways.slice(0, this.shown).map((way) => wayPanel(this.findings, way, this.room)));
    if (ways.length > this.shown) list.append(make("button", { type: "button", click: more }, `Draw ${plural(ways.length - this.shown, "more way")}`));
  }
}

/**
 * @param {Findings} findings
 * @param {Way} way
 * @param {number} room pixels across
 */
function wayPanel(findings, { finding, summary, chain }, room) {
  const name = resourceLabel(findings.resource(finding));
  const href = formatState({ ...defaultState(), view: "ways", finding: findings.fingerprint(finding) });
  return make(
    "article",
    { class: "panel way-panel" },
    make("h3", {}, severityMark(findings, finding), " ", make("a", { class: "foreign", href }, line(name))),
    make("p", { class: "muted foreign" }, line(findings.check(finding).title)),
    wayFigure(chain, `${name}: ${summary}`, room),
  );
}
