import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOf, page, plain, ROWS } from "./page.mjs";

const query = () => new page.Query(findingsOf(ROWS));
const select = (hash) => query().select(page.parseState(hash));
const rows = (hash) => plain(select(hash).rows);

test("failures stand first, the gravest at the top", () => {
  assert.deepEqual(rows("#findings"), [0, 3, 5, 1]);
});

test("a facet counts what it would show with all other filters", () => {
  const { counts, rows: found } = select("#findings&status=&service=iam");
  assert.deepEqual(plain(found), [3, 4, 5]);
  assert.deepEqual([...counts.status], [2, 1, 0, 0, 0]);
  assert.deepEqual([...counts.service], [3, 3]);
  assert.deepEqual([...counts.change], [2, 0, 0, 1]);
});

test("filters of two properties both hold", () => {
  assert.deepEqual(rows("#findings&severity=high&account=111"), [5]);
  assert.deepEqual(rows("#findings&owner=web"), [0, 5]);
  assert.deepEqual(rows("#findings&change=Reopened"), []);
});

test("every word of a search must be found, in the check or in the finding", () => {
  assert.deepEqual(rows("#findings&status=&q=public+222"), [2]);
  assert.deepEqual(rows("#findings&q=MFA+us-east-1"), [5]);
  assert.deepEqual(rows("#findings&q=mfa+b-9"), []);
  assert.deepEqual(rows("#findings&q=it+is+open+web"), [0, 5]);
});

test("numbers in names sort as numbers, and what is equal stays by severity", () => {
  assert.deepEqual(rows("#findings&status=&sort=resource"), [3, 4, 5, 1, 0, 2]);
  assert.deepEqual(rows("#findings&status=&sort=resource&order=reverse"), [2, 0, 1, 5, 4, 3]);
});

test("the oldest failure comes first by age, what nobody remembers last", () => {
  assert.deepEqual(rows("#findings&status=&sort=age"), [3, 5, 1, 0, 4, 2]);
});

test("the checks of the address and those of its control are selected", () => {
  assert.deepEqual(rows("#findings&check=iam-mfa"), [3, 5]);
  assert.deepEqual(rows("#findings&control=cis%3A1.1"), [0, 1]);
  assert.deepEqual(rows("#findings&check=no-such-check"), []);
});

test("groups are ordered by what fails most gravely, and keep the order of their rows", () => {
  const groups = query().group("service", [0, 3, 5, 1, 4]);
  assert.deepEqual(plain(groups.map(({ label, rows: found, severities }) => [label, found, severities])), [
    ["s3", [0, 1], [1, 0, 1, 0]],
    ["iam", [3, 5, 4], [0, 2, 0, 0]],
  ]);
});

test("a finding is in the group of each framework that its check is in", () => {
  const groups = query().group("framework", [0, 3]);
  assert.deepEqual(plain(groups.map((group) => [group.label, group.rows])), [["Ours", [0, 3]], ["CIS", [0]]]);
});

test("a finding of no framework has a group as well", () => {
  const lone = new page.Query(findingsOf(ROWS, { frameworks: [] }));
  assert.deepEqual(plain(lone.group("framework", [0, 3]).map((group) => [group.label, group.rows])), [["In no framework", [0, 3]]]);
});

test("a resource has its findings, failures first, and neighbours on both sides", () => {
  const findings = findingsOf(ROWS);
  assert.deepEqual(plain(findings.about("arn:aws:iam::111:user/eve")), [3, 5, 4]);
  assert.deepEqual(plain(findings.neighbours("arn:aws:s3:::b-10")), ["arn:aws:kms:::key/1"]);
  assert.deepEqual(plain(findings.neighbours("arn:aws:iam::111:user/eve")), ["arn:aws:s3:::b-9"]);
  assert.deepEqual(plain(findings.about("arn:aws:s3:::none")), []);
});

test("sorting by counting agrees with sorting by comparison", () => {
  let seed = 7;
  const next = (most) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % most;
  };
  const many = Array.from({ length: 500 }, () => [next(2), next(5), next(4), next(2), next(2), next(2), next(2), next(3)]);
  const found = plain(new page.Query(findingsOf(many)).select(page.parseState("#findings&status=&sort=account")).rows);
  const expected = many
    .map((row, index) => ({ row, index }))
    .sort((left, right) => left.row[3] - right.row[3] || left.row[2] - right.row[2] || left.index - right.index);
  assert.deepEqual(found, expected.map(({ index }) => index));
});
