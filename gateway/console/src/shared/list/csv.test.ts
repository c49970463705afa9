import { describe, expect, it } from "vitest";
import { csvCell, csvLine } from "./csv";

describe("a cell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+SUM(A1)", "'+SUM(A1)"],
    ["-cmd|x", "'-cmd|x"],
    ["@import", "'@import"],
    ["\t=1", "'\t=1"],
    ["-12.50", "-12.50"],
    ["plain", "plain"],
  ])("%j is written so that it is no formula", (text, cell) => expect(csvCell(text)).toBe(cell));

  it.each([
    ["a,b", '"a,b"'],
    ['say "so"', '"say ""so"""'],
    ["two\nlines", '"two\nlines"'],
    [" blank", '" blank"'],
  ])("%j is quoted", (text, cell) => expect(csvCell(text)).toBe(cell));
});

it("a line ends as the standard says", () => expect(csvLine(["a", "", "b,c"], ",")).toBe('a,,"b,c"\r\n'));
