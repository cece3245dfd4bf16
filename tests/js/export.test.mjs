import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOf, page, plain, ROWS } from "./page.mjs";

test("no cell starts what a spreadsheet would calculate", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\n=1", "＝1", "＠x", "\r\n+1"]) {
    assert.match(page.cell(text), /^"?'/, JSON.stringify(text));
  }
  for (const text of ["a=1", "1-1", "", "arn:aws:s3:::b"]) assert.equal(page.cell(text), text);
});

test("cells keep to RFC 4180 and show what is invisible", () => {
  assert.equal(page.cell('say "no", twice'), '"say ""no"", twice"');
  assert.equal(page.cell("a\u202eb"), String.raw`a\u202eb`);
  assert.equal(page.cell("a\nb"), "a b");
});

test("the CSV has the rows in the order of the list", () => {
  const csv = page.asCsv(findingsOf(ROWS), [3, 0]);
  const [head, first, second, end] = csv.split("\r\n");
  assert.equal(head.split(",")[0], "status");
  assert.match(first, /^FAIL,high,iam-mfa,.*'=eve/);
  assert.match(second, /^FAIL,critical,s3-public/);
  assert.equal(end, "");
});

test("the JSON has the findings as the JSON report has them", async () => {
  const findings = findingsOf(ROWS);
  findings.detail = async () => ({
    problems: [{ summary: "it is open", found: null, expected: "", chain: [] }],
    evidence: [["Bucket.acl", [], "s3:GetBucketAcl", "2025-11-21T14:02:11Z", "", false]],
    tags: { team: "web" },
  });
  const [finding] = JSON.parse(await page.asJson(findings, [0]));
  assert.deepEqual(finding.resource, { type: "AWS::S3::Bucket", id: "b-10", arn: "arn:aws:s3:::b-10", name: "b-10", tags: { team: "web" } });
  assert.equal(finding.evidence[0].resource, "arn:aws:s3:::b-10");
  assert.equal(finding.problems[0].summary, "it is open");
});

test("an exception names exactly the resource, whatever marks are in its ARN", () => {
  const written = page.exceptionToml("s3-public", 'arn:aws:s3:::b*[1]"\u007f', "2025-11-21");
  assert.match(written, /resource = "arn:aws:s3:::b\[\*\]\[\[\]1\]\\"\\u007f"/);
  assert.match(written, /expires = 2026-02-19/);
});

test("ages are told in days", () => {
  assert.equal(page.age("2025-11-01", "2025-11-21"), "20 days");
  assert.equal(page.age("2025-11-20", "2025-11-21"), "1 day");
  assert.equal(page.age("2025-11-21", "2025-11-21"), "new today");
  assert.equal(page.age(null, "2025-11-21"), "");
});

test("a way lies across where there is room, and down where there is none", () => {
  const link = (source, target) => ({ source, target, step: "", path: "", proof: [], certain: true });
  const chain = [link("arn:aws:iam::1:user/a", "arn:aws:iam::1:role/b"), link("arn:aws:iam::1:role/b", "an administrator's rights")];
  const wide = page.layOutWay(chain, 1200);
  const narrow = page.layOutWay(chain, 320);
  assert.deepEqual(plain(wide.places.map((place) => place.name)), ["a", "b", "an administrator's rights"]);
  assert.equal(new Set(wide.places.map((place) => place.y)).size, 1);
  assert.equal(new Set(narrow.places.map((place) => place.x)).size, 1);
  assert.ok(narrow.width <= 320 && wide.width <= 1200);
  assert.deepEqual(plain(page.called("arn:aws:iam::1:root")), { name: "root", kind: "iam" });
  assert.deepEqual(plain(page.called("arn:aws:s3:::b")), { name: "b", kind: "s3" });
});
