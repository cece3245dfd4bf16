/** The page's modules in one scope, as the page has them, without a page around them. */
import { readFileSync } from "node:fs";
import vm from "node:vm";

const folder = new URL("../../reports/html/js/", import.meta.url);
const modules = ["text", "data", "state", "query", "record", "export", "drawing"];
const wanted = [
  "Findings", "Query", "parseState", "formatState", "defaultState", "isNarrowed", "asCsv", "asJson", "cell", "visible",
  "exceptionToml", "age", "layOutWay", "called",
];
const source = modules.map((name) => readFileSync(new URL(`${name}.js`, folder), "utf8")).join("\n");
// What the browser gives the modules when they are read; what they call later is of the functions tested.
const context = vm.createContext({ Intl, URLSearchParams, console });

export const page = vm.runInContext(`(() => {${source}\nreturn {${wanted.join(", ")}};})()`, context);

/** What the modules return is of another realm: this makes it plain. */
export const plain = (value) => JSON.parse(JSON.stringify(value));

/** A core of six findings, each written as check, status, severity, account, region, service, owner, resource. */
export function findingsOf(rows, more = {}) {
  const column = (index) => rows.map((row) => row[index]);
  return new page.Findings({
    chunk: 500,
    day: "2025-11-21",
    checks: [
      { id: "s3-public", title: "Buckets are not public", controls: ["cis:1.1"] },
      { id: "iam-mfa", title: "Users sign in with MFA", controls: [] },
    ],
    frameworks: [
      { id: "cis", title: "CIS", source: "", controls: [{ id: "1.1", title: "One", checks: [0], status: "FAIL" }] },
      { id: "own", title: "Ours", source: "", controls: [{ id: "A", title: "A", checks: [0, 1], status: "FAIL" }] },
    ],
    statuses: ["FAIL", "UNKNOWN", "ERROR", "ACCEPTED", "PASS"],
    severities: ["critical", "high", "medium", "low"],
    accounts: ["111", "222"],
    regions: ["eu-west-1", "us-east-1"],
    services: ["s3", "iam"],
    owners: ["web", "no owner tag"],
    changes: ["New", "Reopened", "Known", "No failure"],
    days: ["", "2025-11-01", "2025-10-01"],
    resources: [
      ["AWS::S3::Bucket", "b-10", "arn:aws:s3:::b-10", "b-10"],
      ["AWS::S3::Bucket", "b-9", "arn:aws:s3:::b-9", "b-9"],
      ["AWS::IAM::User", "eve", "arn:aws:iam::111:user/eve", "=eve"],
    ],
    others: ["arn:aws:kms:::key/1"],
    neighbours: [[0, 3], [1, 2]],
    columns: {
      check: column(0),
      status: column(1),
      severity: column(2),
      account: column(3),
      region: column(4),
      service: column(5),
      owner: column(6),
      resource: column(7),
      change: rows.map((row) => (row[1] === 0 ? 0 : 3)),
      since: rows.map((row, index) => (row[1] === 0 ? 1 + (index % 2) : 0)),
      notes: rows.map((row) => (row[1] === 0 ? ["it is open"] : [])),
      fingerprint: rows.map((_, index) => `f${index}`),
    },
    ...more,
  });
}

export const ROWS = [
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 2, 0, 1, 0, 1, 1],
  [0, 4, 2, 1, 0, 0, 0, 0],
  [1, 0, 1, 1, 0, 1, 1, 2],
  [1, 1, 1, 0, 0, 1, 1, 2],
  [1, 0, 1, 0, 1, 1, 0, 2],
];
