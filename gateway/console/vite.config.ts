import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { parse } from "@formatjs/icu-messageformat-parser";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const GATEWAY = process.env.CRM_GATEWAY ?? "http://127.0.0.1:8080";

const SOURCES = new URL("./src", import.meta.url).pathname;
const MESSAGES = "virtual:messages/";
/** What is opened by hand has its texts apart too: dialogs of many pages. */
const OF_FEATURE = /^(?:features|shared\/dialogs)\/([^/]+)\/messages\.json$/;
/** The page that everybody sees first: its texts do not come later. */
const FIRST_PAGE = "home";

type Texts = Record<string, string>;

/**
 * `virtual:messages/en` has the texts of the first load in one language and the way to those of each feature, which are
 * `virtual:messages/en/tickets`. They are parsed here, so that no browser needs the parser.
 */
function messages(): Plugin {
  const parsed = (texts: [string, string][]) =>
    JSON.stringify(Object.fromEntries(texts.map(([id, text]) => [id, parse(text)])));
  /** What the `index.ts` of a feature names is told before its page is opened: names in the menu. */
  const named = (feature: string, texts: [string, string][]) => {
    const index = join(SOURCES, "features", feature, "index.ts");
    const source = existsSync(index) ? readFileSync(index, "utf8") : "";
    return texts.filter(([id]) => feature === FIRST_PAGE || source.includes(`"${id}"`));
  };
  return {
    name: "messages",
    resolveId: (id) => (id.startsWith(MESSAGES) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${MESSAGES}`)) return undefined;
      const [language = "", asked] = id.slice(MESSAGES.length + 1).split("/");
      const textsOf = (file: string): [string, string][] => {
        this.addWatchFile(join(SOURCES, file));
        return Object.entries(
          (JSON.parse(readFileSync(join(SOURCES, file), "utf8")) as Record<string, Texts>)[language] ?? {},
        );
      };
      const files = (readdirSync(SOURCES, { recursive: true }) as string[]).filter((name) =>
        name.endsWith("messages.json"),
      );
      if (asked) {
        const own = files.filter((file) => OF_FEATURE.exec(file)?.[1] === asked);
        return `export default ${parsed(own.flatMap(textsOf))}`;
      }
      const first = files.sort().flatMap((file) => {
        const feature = OF_FEATURE.exec(file)?.[1];
        return feature ? named(feature, textsOf(file)) : textsOf(file);
      });
      const features = files.flatMap((file) => OF_FEATURE.exec(file)?.[1] ?? []).filter((name) => name !== FIRST_PAGE);
      const ways = features.map((name) => `${name}: () => import("${MESSAGES}${language}/${name}")`);
      return `export default ${parsed(first)}; export const features = {${ways.join(", ")}};`;
    },
  };
}

const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Packs the built files once, so that the gateway need not do it with every request. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    writeBundle: ({ dir }, bundle) => {
      for (const name of Object.keys(bundle).filter((file) => /\.(js|css|svg)$/.test(file))) {
        const path = join(dir as string, name);
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(content, QUALITY));
      }
    },
  };
}

const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")) as { version: string };

export default defineConfig({
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [react(), messages(), packed()],
  resolve: {
    alias: [
      { find: "@", replacement: SOURCES },
      { find: /^@formatjs\/icu-messageformat-parser$/, replacement: "@formatjs/icu-messageformat-parser/no-parser.js" },
    ],
  },
  build: {
    target: "es2022",
    rollupOptions: { input: { index: "index.html", docs: "docs.html" } },
    chunkSizeWarningLimit: 1500,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(["/v1", "/openapi.json", "/docs/events"].map((path) => [path, { target: GATEWAY }])),
  },
});
