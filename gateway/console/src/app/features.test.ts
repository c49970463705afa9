import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { featureOf, pageFeatures } from "./features";

const FEATURES = new URL("../features", import.meta.url).pathname;
const RESOURCES = readdirSync(FEATURES, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith("index.ts"))
  .flatMap((name) => [...readFileSync(`${FEATURES}/${name}`, "utf8").matchAll(/resource: "(\w+)"/g)])
  .map(([, resource]) => resource as string);

describe("features", () => {
  it("have a key of their own", () => {
    const keys = [...pageFeatures, ...RESOURCES.map(featureOf)].flatMap((feature) => feature?.key ?? []);
    expect(keys).toContain("c");
    // The first page has "h".
    expect([...keys, "h"].sort()).toEqual([...new Set([...keys, "h"])].sort());
    for (const key of keys) expect(key).toMatch(/^[a-z]$/);
  });
});
