import { describe, expect, it } from "vitest";
import { csvOf, gridsOf, type Point } from "./series";

const point = (label: string, value: string, series = "", record_id = ""): Point => ({
  label,
  value,
  series,
  record_id,
});

describe("figures", () => {
  it("of different currencies never share a scale", () => {
    const grids = gridsOf({
      unit: "currency",
      points: [point("A", "5", "USD"), point("A", "7", "EUR"), point("B", "1", "USD")],
    });
    expect(grids.map(({ unit, rows }) => [unit, rows.map(({ label, cells }) => [label, cells[0]?.value])])).toEqual([
      ["EUR", [["A", "7"]]],
      [
        "USD",
        [
          ["A", "5"],
          ["B", "1"],
        ],
      ],
    ]);
  });

  it("are placed by row and series, with gaps", () => {
    const [grid] = gridsOf({
      unit: "count",
      points: [point("w1", "3", "created"), point("w1", "1", "resolved"), point("w2", "2", "resolved")],
    });
    expect(grid?.series).toEqual(["created", "resolved"]);
    expect(grid?.rows.map(({ cells }) => cells.map((cell) => cell?.value ?? null))).toEqual([
      ["3", "1"],
      [null, "2"],
    ]);
  });

  it("of two records of one name stay two", () => {
    const [grid] = gridsOf({ unit: "count", points: [point("Kim", "3", "", "1"), point("Kim", "4", "", "2")] });
    expect(grid?.rows).toHaveLength(2);
  });
});

describe("files", () => {
  it("quote what needs it and run nothing", () => {
    expect(
      csvOf([
        ["a,b", 'say "x"'],
        ["=1+1", "-5.2"],
      ]),
    ).toBe('"a,b","say ""x"""\r\n\'=1+1,-5.2');
  });
});
