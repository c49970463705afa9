import { describe, expect, it } from "vitest";
import { daysOf, type Figures, isOver, subjectsOf } from "./figures";

const figures = (given: Partial<Figures>): Figures => ({
  page: "LIST",
  measure: "PAINTED",
  version: "",
  date: "",
  count: 1,
  p50: 1,
  p75: 2,
  p95: 3,
  limit: 300,
  ...given,
});

describe("figures of how long people waited", () => {
  it("are over their budget if a quarter waited longer", () => {
    expect(isOver({ p75: 301, limit: 300 })).toBe(true);
    expect(isOver({ p75: 300, limit: 300 })).toBe(false);
    expect(isOver({ p75: 9000, limit: 0 })).toBe(false);
  });

  it("are of each page and measure once", () => {
    const all = [figures({ version: "1" }), figures({ version: "2" }), figures({ page: "HOME" })];
    expect(subjectsOf(all).map(({ page }) => page)).toEqual(["LIST", "HOME"]);
  });

  it("have a day for each between the first and the last", () => {
    const days = [
      figures({ date: "2026-02-27" }),
      figures({ date: "2026-03-01" }),
      figures({ page: "HOME", date: "2026-04-01" }),
    ];
    const [subject] = subjectsOf(days);
    expect(subject && daysOf(days, subject).map(({ date, figures }) => [date, figures?.p75 ?? null])).toEqual([
      ["2026-02-27", 2],
      ["2026-02-28", null],
      ["2026-03-01", 2],
    ]);
  });
});
