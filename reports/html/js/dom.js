/** @typedef {Node | string | null | false | undefined} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: Event) => void)} Attribute */

const LONGEST_BLOCK = 6000;

/**
 * A new element. Children that are text stay text; attributes that are functions listen to the event so named.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} attributes
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * The element with this id, which the page surely has.
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @returns {Kind}
 */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return /** @type {Kind} */ (element);
}

/**
 * Text of the account's own making: shown whole or cut, never laid out by its own marks.
 * @param {string} text
 * @param {string} kind further class names
 */
function foreign(text, kind = "") {
  const span = make("span", { class: `foreign ${kind}`.trim() });
  showLong(span, text);
  return span;
}

/**
 * A block of code with a button that copies all of it.
 * @param {string} text
 * @param {string} label what the block is, for those who hear the page
 */
function code(text, label) {
  const content = make("code");
  showLong(content, text);
  return make(
    "div",
    { class: "code" },
    make("button", { type: "button", class: "copy", click: (event) => copyText(text, event) }, "Copy"),
    make("pre", { tabindex: 0, role: "region", "aria-label": label }, content),
  );
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function showLong(element, text) {
  if (text.length <= LONGEST_BLOCK) {
    element.textContent = visible(text);
    return;
  }
  const all = make("button", { type: "button", class: "link" }, `Show all ${number(text.length)} characters`);
  all.addEventListener("click", () => {
    element.textContent = visible(text);
  });
  element.replaceChildren(`${visible(text.slice(0, LONGEST_BLOCK))}… `, all);
}

/**
 * @param {string} text
 * @param {Event} event the click, whose button tells how it went
 */
async function copyText(text, event) {
  const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
  const label = button.dataset.label ?? button.textContent ?? "";
  button.dataset.label = label;
  button.textContent = (await copied(text)) ? "Copied" : "Press Ctrl+C";
  setTimeout(() => {
    button.textContent = label;
  }, 1600);
}

/**
 * Puts the text on the clipboard, also where the browser offers no clipboard to scripts.
 * @param {string} text
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { class: "visually-hidden", readonly: true, "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
