import { beforeEach, expect, test, vi } from "vitest";
import { recentOf, visited } from "./recent";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});

test("the last eight records are kept, the newest first, each once, for each person apart", () => {
  for (const id of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "5"]) visited("ann", { resource: "leads", id });
  expect(recentOf("ann").map(({ id }) => id)).toEqual(["5", "9", "8", "7", "6", "4", "3", "2"]);
  expect(recentOf("ben")).toEqual([]);
});

test("what cannot be read is nothing", () => {
  kept.set("crm-recent:ann", "{");
  expect(recentOf("ann")).toEqual([]);
});
