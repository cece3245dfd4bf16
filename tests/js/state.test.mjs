import assert from "node:assert/strict";
import { test } from "node:test";
import { page, plain } from "./page.mjs";

test("an empty address is the overview, one that only filters the findings", () => {
  assert.equal(page.parseState("").view, "overview");
  assert.equal(page.parseState("#").view, "overview");
  assert.equal(page.parseState("#finding=abc").view, "findings");
  assert.equal(page.parseState("#gaps").view, "gaps");
});

test("an address survives being read and written", () => {
  for (const hash of [
    "#overview",
    "#findings",
    "#findings&severity=high&severity=low&status=&group=framework&sort=age&order=reverse",
    "#findings&owner=a%26b&q=%3Cscript%3E&check=a&check=b&control=cis%3A1.1",
    "#findings&resource=arn%3Aaws%3As3%3A%3A%3Ab",
    "#ways&finding=abc",
    "#frameworks&framework=cis&controls=FAIL",
  ]) {
    const state = page.parseState(hash);
    assert.deepEqual(plain(page.parseState(page.formatState(state))), plain(state));
    assert.deepEqual(new Set(page.formatState(state).slice(1).split("&")), new Set(hash.slice(1).split("&")));
  }
});

test("what an address says wrongly is as by default", () => {
  const state = page.parseState("#nowhere&group=colour&sort=__proto__&severity=");
  assert.deepEqual(plain(state), plain({ ...page.defaultState(), chosen: { ...page.defaultState().chosen } }));
});

test("an address opens a finding or a resource, not both", () => {
  assert.equal(page.parseState("#findings&finding=abc&resource=arn").resource, "");
});

test("a list is narrowed by filters, not by the way it is shown", () => {
  assert.equal(page.isNarrowed(page.parseState("#findings&group=check&sort=age")), false);
  assert.equal(page.isNarrowed(page.parseState("#findings&owner=web")), true);
});
