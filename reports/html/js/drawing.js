const SVG = "http://www.w3.org/2000/svg";
const NODE_WIDTH = 216;
const NODE_HEIGHT = 44;
const BETWEEN = 150;
const BELOW = 46;
const EDGE = 2;
const CHARACTER = 6.7;
const BOLD_CHARACTER = 7.6;
let drawings = 0;

/**
 * @typedef {object} Place
 * @property {string} name
 * @property {string} kind
 * @property {string} whole
 * @property {number} x
 * @property {number} y
 */

/**
 * An element of a drawing. Children that are text stay text.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(SVGElement | string)[]} children
 */
function draw(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return /** @type {SVGElement} */ (element);
}

/**
 * What a person calls the end of a step: the last part of an ARN with what kind of thing it is, or the words.
 * @param {string} text
 */
function called(text) {
  const parts = text.startsWith("arn:") ? text.split(":") : [];
  if (parts.length < 6) return { name: text, kind: "" };
  const rest = parts.slice(5).join(":");
  const cut = rest.search(/[/:]/);
  const kind = cut < 0 ? "" : rest.slice(0, cut);
  return { name: rest.slice(cut + 1) || rest, kind: [parts[2], kind].filter(Boolean).join(" ") };
}

/**
 * The stations of a way, side by side where there is room, else below one another.
 * @param {Link[]} chain
 * @param {number} room pixels
 */
function layOutWay(chain, room) {
  const ends = [chain[0]?.source ?? "", ...chain.map((link) => link.target)];
  const wide = ends.length * NODE_WIDTH + chain.length * BETWEEN + 2 * EDGE;
  const across = wide <= room;
  const places = ends.map((whole, index) => ({
    ...called(whole),
    whole,
    x: EDGE + (across ? index * (NODE_WIDTH + BETWEEN) : 0),
    y: EDGE + (across ? 0 : index * (NODE_HEIGHT + BELOW)),
  }));
  const tall = ends.length * NODE_HEIGHT + chain.length * BELOW + 2 * EDGE;
  return { places, across, width: across ? wide : Math.max(300, Math.min(room, 560)), height: across ? NODE_HEIGHT + 2 * EDGE : tall };
}

/**
 * @param {string} text
 * @param {number} width pixels
 * @param {number} character how wide one is
 */
function fitting(text, width, character = CHARACTER) {
  const shown = line(text);
  const most = Math.floor(width / character);
  return shown.length > most ? `${shown.slice(0, most - 1)}…` : shown;
}

/**
 * A way through the account as a drawing, and below it in words, with what proves each step.
 * @param {Link[]} chain
 * @param {string} title
 * @param {number} room pixels across
 */
function wayFigure(chain, title, room) {
  drawings += 1;
  const name = `way-${drawings}`;
  const { places, across, width, height } = layOutWay(chain, room);
  const words = chain.map((link, index) => `${index + 1}. ${link.step}`).join(" ");
  const svg = draw(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", class: "way", "aria-labelledby": `${name}-title ${name}-text` },
    draw("title", { id: `${name}-title` }, line(title)),
    draw("desc", { id: `${name}-text` }, visible(words.slice(0, LONGEST_BLOCK))),
    ...chain.map((link, index) => step(link, /** @type {Place} */ (places[index]), /** @type {Place} */ (places[index + 1]), across, width)),
    ...places.map((place, index) => station(place, index === places.length - 1)),
  );
  return make("figure", { class: "way-figure" }, svg, wayInWords(chain));
}

/**
 * @param {Place} place
 * @param {boolean} last
 */
function station(place, last) {
  const { x, y, name, kind, whole } = place;
  const middle = y + NODE_HEIGHT / 2;
  return draw(
    "g",
    { class: last ? "station last" : "station" },
    draw("title", {}, line(whole)),
    draw("rect", { x, y, width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 }),
    draw("text", { x: x + 12, y: kind ? middle - 2 : middle + 4, class: "station-name" }, fitting(name, NODE_WIDTH - 20, BOLD_CHARACTER)),
    ...(kind ? [draw("text", { x: x + 12, y: middle + 14, class: "station-kind" }, fitting(kind, NODE_WIDTH - 20))] : []),
  );
}

/**
 * The arrow of a step, with what it is called; dashed where it hangs on what is not known.
 * @param {Link} link
 * @param {Place} from
 * @param {Place} to
 * @param {boolean} across
 * @param {number} width of the drawing
 */
function step(link, from, to, across, width) {
  const [x1, y1] = across ? [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2] : [from.x + 24, from.y + NODE_HEIGHT];
  const [x2, y2] = across ? [to.x - 2, to.y + NODE_HEIGHT / 2] : [to.x + 24, to.y - 2];
  const head = across ? `M${x2} ${y2} l-8 -4 v8 z` : `M${x2} ${y2} l-4 -8 h8 z`;
  const label = across ? link.path || link.step : link.step;
  const place = across ? { x: x1 + BETWEEN / 2, y: y1 - 8, "text-anchor": "middle" } : { x: x1 + 14, y: (y1 + y2) / 2 + 4, "text-anchor": "start" };
  return draw(
    "g",
    { class: link.certain ? "step" : "step doubtful" },
    draw("title", {}, line(link.step)),
    draw("line", { x1, y1, x2, y2 }),
    draw("path", { d: head }),
    draw("text", place, fitting(label, across ? BETWEEN - 16 : width - x1 - 24)),
  );
}

/** @param {Link[]} chain */
function wayInWords(chain) {
  const steps = chain.map((link) =>
    make(
      "li",
      {},
      foreign(link.step),
      !link.certain && make("span", { class: "muted" }, " (not certain)"),
      link.path !== "" && make("span", { class: "muted" }, " · path ", foreign(link.path, "mono")),
      link.proof.length > 0 && make("ul", { class: "proof muted" }, ...link.proof.map((proof) => make("li", {}, foreign(proof)))),
    ),
  );
  return make("ol", { class: "steps" }, ...steps);
}
