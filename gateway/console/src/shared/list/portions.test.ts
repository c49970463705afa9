import { describe, expect, it } from "vitest";
import { portions } from "./portions";

describe("portions", () => {
  it("keep the order and hold no more than one call may", () => {
    expect(portions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });

  it("are smaller if the entries are large, in bytes and not in letters", () => {
    const large = "ä".repeat(40);
    expect(portions([large, large, large], 1000, 170)).toEqual([[large, large], [large]]);
  });

  it("hold an entry that is larger than all of it", () => {
    expect(portions(["a".repeat(50), "b"], 1000, 10)).toEqual([["a".repeat(50)], ["b"]]);
  });

  it("are none for nothing", () => {
    expect(portions([])).toEqual([]);
  });
});
