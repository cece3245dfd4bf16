const ACCEPTABLE_DAYS = 90;

/**
 * Who accepts the failure, why and until when.
 * @param {Detail["accepted"]} accepted
 */
function acceptanceSection(accepted) {
  if (!accepted) return null;
  return section(
    "Accepted",
    prose(accepted.reason),
    pairs([
      ["Owner", foreign(accepted.owner)],
      ["Until", accepted.expires],
    ]),
  );
}

/**
 * Since when the failure is known.
 * @param {Detail} detail
 * @param {string} day of the audit
 * @param {string} change what the failure is against the last audit
 */
function historySection(detail, day, change) {
  const { first_seen: first, failing_since: failing, known_since: known } = detail;
  return section(
    "History",
    pairs([
      ["First seen", first],
      ["Failing since", failing && failing !== first ? `${failing}, after it had been fixed` : null],
      ["In the baseline", known && `since ${known}`],
      ["Age", age(failing ?? first ?? known, day)],
      ["Change", (first || known) && change],
    ]),
  );
}

/**
 * How many days lie between two days, in words.
 * @param {string | null} from
 * @param {string} to
 */
function age(from, to) {
  if (!from) return "";
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  return days > 0 ? plural(days, "day") : "new today";
}

/**
 * The exception that would accept this failure, for auditor.toml.
 * @param {string} check
 * @param {string} arn
 * @param {string} day of the audit
 */
function exceptionToml(check, arn, day) {
  const until = new Date(Date.parse(day) + ACCEPTABLE_DAYS * 86_400_000).toISOString().slice(0, 10);
  const pattern = arn.replaceAll(/[*?[]/g, (mark) => `[${mark}]`);
  return [
    "[[exceptions]]",
    `check = ${toml(check)}`,
    `resource = ${toml(pattern)}`,
    'reason = "why this is acceptable"',
    'owner = "who answers for it"',
    `expires = ${until}`,
    "",
  ].join("\n");
}

/**
 * A TOML string. JSON's strings are TOML's but for one control character.
 * @param {string} text
 */
function toml(text) {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
