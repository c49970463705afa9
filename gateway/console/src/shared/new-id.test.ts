import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newId } from "./new-id";

const SOURCES = new URL("..", import.meta.url).pathname;

describe("ids", () => {
  it("differ, and have a fixed length", () => {
    const made = Array.from({ length: 1000 }, newId);
    expect(new Set(made).size).toBe(made.length);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("are made in no other way, which would need HTTPS", () => {
    const sources = (readdirSync(SOURCES, { recursive: true }) as string[]).filter((name) =>
      /(?<!\.test)\.tsx?$/.test(name),
    );
    const others = sources.filter((name) => readFileSync(join(SOURCES, name), "utf8").includes("crypto.randomUUID("));
    expect(others).toEqual([]);
  });
});
