/** Characters that would be invisible, or would reorder the text around them. */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/gu;
const LONGEST_LINE = 300;
const counting = new Intl.NumberFormat("en");

/**
 * The text with every character shown that could hide or mislead, as its escape.
 * @param {string} text
 */
function visible(text) {
  const escape = (/** @type {string} */ found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replaceAll("\r\n", "\n").replace(INVISIBLE, escape);
}

/**
 * The text fit for one line of the list.
 * @param {string} text
 */
function line(text) {
  const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
  return visible(cut);
}

/** @param {number} count */
function number(count) {
  return counting.format(count);
}

/**
 * @param {number} count
 * @param {string} noun
 */
function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A time as people read it: UTC, to the second.
 * @param {string} at RFC 3339
 */
function moment(at) {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/**
 * A JSON value as indented text; a document inside a string (a policy) is indented too.
 * @param {unknown} value
 */
function pretty(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
