/** What can be imported, and what the columns of a file can be mapped to, as GET /v1/import_kinds says. */
import { api, data, type Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import type { Field } from "@/shared/describe";

type Described = Told<components["schemas"]["DescribeImportKindsResponse"]>;
export type ImportKind = Described["kinds"][number];

export type ImportTarget = {
  name: string;
  label: Record<string, string>;
  /** Several columns may be mapped to it. */
  many: boolean;
  required: boolean;
  field?: Field;
};

export const importKinds = {
  queryKey: ["import_kinds"],
  queryFn: () => data(api.GET("/v1/import_kinds")),
  staleTime: 60_000,
};

/** In the order of the server; an id is told from what people call the record that it names. */
export function targetsOf({ targets }: ImportKind): ImportTarget[] {
  const names = new Set(targets.map(({ name }) => name));
  return targets.map(({ name, label, many, required, field }) => {
    const labels = label as Record<string, string>;
    const isId = name.endsWith("_id") && names.has(name.slice(0, -3));
    const shown = isId
      ? Object.fromEntries(Object.entries(labels).map(([key, text]) => [key, `${text} (ID)`]))
      : labels;
    return { name, label: shown, many, required, field: (field as Field | null) ?? undefined };
  });
}
