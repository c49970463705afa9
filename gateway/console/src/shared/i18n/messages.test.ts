import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { messagesOf } from ".";

const SOURCES = new URL("../..", import.meta.url).pathname;
const FILES = readdirSync(SOURCES, { recursive: true }) as string[];
const CATALOGUES = FILES.filter((name) => name.endsWith("messages.json")).map(
  (name) => [name, JSON.parse(readFileSync(join(SOURCES, name), "utf8")) as Record<string, object>] as const,
);
const CODE = FILES.filter((name) => /(?<!\.test)\.tsx?$/.test(name)).map(
  (name) => [name, readFileSync(join(SOURCES, name), "utf8")] as const,
);

const idsOf = (language: string) => CATALOGUES.flatMap(([, catalogue]) => Object.keys(catalogue[language] ?? {}));

/** The ids that a source names. Some are put together, such as `op.${name}`: they are known by what they begin or end with. */
function namedIn(code: string): string[] {
  const beginnings = [...code.matchAll(/`([a-z_]+\.(?:[a-z_]+\.)*)\$\{/g)].map(([, beginning]) => beginning as string);
  const endings = [...code.matchAll(/text\w*\(`\$\{[^}]*\}(\.[a-z_]+)`/gi)].map(([, ending]) => ending as string);
  return idsOf("en").filter(
    (id) =>
      code.includes(`"${id}"`) ||
      beginnings.some((beginning) => id.startsWith(beginning)) ||
      endings.some((ending) => id.endsWith(ending)),
  );
}

describe("messages", () => {
  it.each(CATALOGUES)("%s has every language", (_, catalogue) => {
    expect(Object.keys(catalogue.de ?? {}).sort()).toEqual(Object.keys(catalogue.en ?? {}).sort());
  });

  it("have an id once", () => {
    const ids = idsOf("en");
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it("are all used", () => {
    const used = new Set(CODE.flatMap(([, code]) => namedIn(code)));
    expect(idsOf("en").filter((id) => !used.has(id))).toEqual([]);
  });

  it("exist for every id that is named", () => {
    const known = new Set(idsOf("en"));
    const named = CODE.flatMap(([, code]) => [...code.matchAll(/\btext\(\s*"([^"]+)"/g)].map(([, id]) => id as string));
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});

describe("texts are there when a page is", () => {
  const featureOf = (file: string) => /^(?:features|shared\/dialogs)\/([^/]+)\//.exec(file)?.[1];
  const waitedFor = (code: string) =>
    [...code.matchAll(/\buseText\(([^)]*)\)/g)].map(([, names]) =>
      [...(names ?? "").matchAll(/"(\w+)"/g)].map(([, name]) => name as string),
    );
  const ofFeature = new Map<string, Set<string>>();
  let first: Set<string>;

  beforeAll(async () => {
    const { default: messages, features } = await import("virtual:messages/en");
    first = new Set(Object.keys(messages));
    for (const [name, load] of Object.entries(features))
      ofFeature.set(name, new Set(Object.keys((await load()).default)));
  });

  it("of the first load, those of features stand apart", () => {
    const [sample] = ofFeature.get("tickets") ?? [];
    expect(sample).toBeDefined();
    expect(first.has(sample as string)).toBe(false);
  });

  it.each(CODE)("%s waits for its folder", (file, code) => {
    const own = featureOf(file);
    for (const names of waitedFor(code)) {
      if (!own) expect(names).toEqual([]);
      else if (ofFeature.has(own)) expect(names).toContain(own);
    }
  });

  it.each(CODE)("%s has the texts that it names", (file, code) => {
    const own = featureOf(file);
    const waits = waitedFor(code);
    const folders = new Set(waits.flat());
    // What is given `text` by its caller has the texts of the caller, who is of the same folder.
    const path = `"@/${file.replace(/\.tsx?$/, "")}"`;
    const lent = CODE.some(([other, its]) => featureOf(other) !== own && its.includes(path));
    if (own && !waits.length && !lent) folders.add(own);
    const there = (id: string) => first.has(id) || [...folders].some((name) => ofFeature.get(name)?.has(id));
    expect(namedIn(code).filter((id) => !there(id))).toEqual([]);
  });

  it.each(["en", "de"] as const)("in %s, all of them", async (language) => {
    for (const feature of ["", ...ofFeature.keys()]) await messagesOf(language, feature);
    const messages = await messagesOf(language);
    expect(Object.keys(messages).sort()).toEqual(idsOf(language).sort());
  });
});
