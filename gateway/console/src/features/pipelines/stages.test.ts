import { describe, expect, it } from "vitest";
import { added, drafted, isLast, moved, replaced, sent, successorsOf } from "./stages";

const stages = drafted([
  { id: "a", name: "First", type: "OPEN", probability: 10 },
  { id: "b", name: "Second", type: "OPEN", probability: 50 },
  { id: "w", name: "Won", type: "WON", probability: 100 },
  { id: "l", name: "Lost", type: "LOST", probability: 0 },
]);
const names = (some: { name: string }[]) => some.map(({ name }) => name);
const [first, second, won] = stages as [(typeof stages)[0], (typeof stages)[0], (typeof stages)[0]];

describe("stages that are arranged", () => {
  it("change places, and stay within the list", () => {
    expect(names(moved(stages, 0, 1))).toEqual(["Second", "First", "Won", "Lost"]);
    expect(names(moved(stages, 1, -3))).toEqual(["Second", "First", "Won", "Lost"]);
    expect(names(moved(stages, 0, 9))).toEqual(["Second", "Won", "Lost", "First"]);
  });

  it("come before the end of a deal", () => {
    expect(names(added(stages, "Third", "new"))).toEqual(["First", "Second", "Third", "Won", "Lost"]);
  });

  it("cannot lose the last of a type", () => {
    expect(isLast(stages, won)).toBe(true);
    expect(isLast(stages, first)).toBe(false);
  });

  it("give their deals to stored ones of the same type", () => {
    expect(names(successorsOf(added(stages, "Third", "new"), first))).toEqual(["Second"]);
    expect(successorsOf(stages, won)).toEqual([]);
  });

  it("pass on what would have gone to one that is left out later", () => {
    expect(replaced(replaced({}, "a", "b"), "b", "c")).toEqual({ a: "c", b: "c" });
  });

  it("are sent without what only the page needs", () => {
    expect(sent([second])[0]).not.toHaveProperty("key");
    expect(sent([second])[0]).not.toHaveProperty("forecast_category");
    expect(sent(added([], "New", "new"))[0]).not.toHaveProperty("id");
  });
});
