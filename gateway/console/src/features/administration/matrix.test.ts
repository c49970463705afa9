import { describe, expect, it } from "vitest";
import { differences, granted, grantsOf, kindOf, linesOf, reachOf } from "./matrix";

describe("a role's matrix", () => {
  const reach = reachOf([
    { permission: "tasks.read", scope: "TEAM" },
    { permission: "leads.convert", scope: "OWN" },
  ]);

  it("gives the grants back, in order", () => {
    expect(grantsOf(reach)).toEqual([
      { permission: "leads.convert", scope: "OWN" },
      { permission: "tasks.read", scope: "TEAM" },
    ]);
  });

  it("says what changes", () => {
    const next = granted(granted(reach, "tasks.read", null), "leads.convert", "ALL");
    expect(differences(reach, next)).toEqual([
      { permission: "leads.convert", before: "OWN", after: "ALL" },
      { permission: "tasks.read", before: "TEAM", after: null },
    ]);
    expect(differences(reach, granted(reach, "tasks.read", "TEAM"))).toEqual([]);
  });

  it("tells what is new from what is gone and what reaches further", () => {
    const next = granted(granted(granted(reach, "tasks.read", null), "leads.convert", "ALL"), "leads.read", "OWN");
    expect(differences(reach, next).map((change) => [change.permission, kindOf(change)])).toEqual([
      ["leads.convert", "changed"],
      ["leads.read", "added"],
      ["tasks.read", "removed"],
    ]);
  });

  it("has a line for each subject, the usual actions first", () => {
    expect(linesOf(["leads.convert", "leads.update", "leads.read", "fields.personal.read", "*"])).toEqual([
      { subject: "*", actions: ["*"] },
      { subject: "fields", actions: ["personal.read"] },
      { subject: "leads", actions: ["read", "update", "convert"] },
    ]);
  });
});
