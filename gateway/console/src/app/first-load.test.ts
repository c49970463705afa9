/** What browsers load before somebody can work is small. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, it, vi } from "vitest";

const MOST_BYTES = 200_000;

let chunks: Map<string, Rolldown.OutputChunk>;

beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production");
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const built = await build({ root, logLevel: "error", build: { write: false } });
  const output = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  chunks = new Map(output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file]] : [])));
}, 120_000);

/** Script with all that it cannot run without, packed. */
function bytesOf(...modules: string[]): number {
  const files = new Set<string>();
  const add = (file: string) => {
    const chunk = chunks.get(file);
    if (!chunk || files.has(file)) return;
    files.add(file);
    chunk.imports.forEach(add);
  };
  for (const module of modules) {
    const holding = [...chunks.values()].find((chunk) => chunk.facadeModuleId?.endsWith(module));
    expect(holding, module).toBeDefined();
    add(holding?.fileName ?? "");
  }
  const sizes = [...files].map((file) => gzipSync(chunks.get(file)?.code ?? "", { level: 9 }).length);
  return sizes.reduce((sum, size) => sum + size, 0);
}

const LANGUAGES = ["en", "de"].map((language) => `virtual:messages/${language}`);

describe.each(LANGUAGES)("first load with %s", (language) => {
  it("of the sign-in", () => {
    expect(bytesOf("/console/index.html", language)).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("of the first page", () => {
    // Its figures are named as on the dashboards.
    const texts = [language, `${language}/dashboards`];
    const first = ["/console/index.html", "/app/shell.tsx", "/features/home/home.tsx", ...texts];
    expect(bytesOf(...first)).toBeLessThanOrEqual(MOST_BYTES);
  });
});
