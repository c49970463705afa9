import { describe, expect, it } from "vitest";
import { newerThan, newestPublic } from "./held";

const said = (id: string, internal = false) => ({ id, internal });

describe("a reply", () => {
  it("is held by public messages after the one that was seen", () => {
    const messages = [said("a"), said("b"), said("c", true), said("d")];
    expect(newerThan(messages, "b").map(({ id }) => id)).toEqual(["d"]);
  });

  it("is not held by internal notes", () => {
    expect(newerThan([said("a"), said("b", true)], "a")).toEqual([]);
  });

  it("is held by the first message of all", () => {
    expect(newerThan([said("a")], "")).toHaveLength(1);
  });

  it("begins at the newest public message", () => {
    expect(newestPublic([said("a"), said("b", true)])).toBe("a");
    expect(newestPublic([])).toBe("");
  });
});
