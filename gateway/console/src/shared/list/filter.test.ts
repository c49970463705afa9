import { describe, expect, it } from "vitest";
import { both, type Condition, conditionsOf, filterOf } from "./filter";

const CONDITIONS: Condition[] = [
  { field: "name", operator: ":", value: 'de "la" \\ AND x = 1' },
  { field: "amount", operator: ">=", value: "1000.50" },
  { field: "close_date", operator: "<", value: "2026-12-01" },
  { field: "created_at", operator: ">", value: "now() - 7d" },
  { field: "owner_id", operator: "IS NULL", value: "" },
  { field: "status", operator: "!=", value: "WON" },
];

describe("filters", () => {
  it("come back as they were written", () => {
    expect(conditionsOf(filterOf(CONDITIONS))).toEqual(CONDITIONS);
  });

  it("leave numbers, days and now() bare and quote all else", () => {
    expect(filterOf(CONDITIONS)).toBe(
      'name : "de \\"la\\" \\\\ AND x = 1" AND amount >= 1000.50 AND close_date < 2026-12-01' +
        ' AND created_at > now() - 7d AND owner_id IS NULL AND status != "WON"',
    );
  });

  it("drop conditions that say nothing yet", () => {
    expect(filterOf([{ field: "name", operator: "=", value: "" }])).toBe("");
  });

  it.each(["a = 1 OR b = 2", "NOT a = 1", "(a = 1)", "a IN (1, 2)", "a", 'a = "x'])("are not guessed: %s", (filter) => {
    expect(conditionsOf(filter)).toBeNull();
  });

  it("are kept apart when two are joined", () => {
    expect(both("a = 1 OR b = 2", "", undefined, "c = 3")).toBe("(a = 1 OR b = 2) AND (c = 3)");
    expect(both("a = 1 OR b = 2", undefined)).toBe("a = 1 OR b = 2");
  });
});
