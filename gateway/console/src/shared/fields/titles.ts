import { useList } from "@/shared/api/records";
import { useSummaries } from "@/shared/describe";
import { quoted } from "@/shared/list/filter";
import type { Names } from "./value";

/** As many names as a list answers with at once. */
const MOST = 200;

/** The titles of records by id, as far as this person may see them. */
export function useTitles(resource: string, ids: readonly string[]): Names {
  const summary = useSummaries().find(({ plural, can_list }) => plural === resource && can_list);
  const wanted = [...new Set(ids)].filter(Boolean).sort().slice(0, MOST);
  const title = summary?.title_field ?? "id";
  const list = useList(
    { resource, filter: `id IN (${wanted.map(quoted).join(", ")})`, fields: ["id", title], pageSize: MOST },
    Boolean(summary) && wanted.length > 0,
  );
  return Object.fromEntries((list.data?.rows ?? []).map((row) => [row.id, row[title]]));
}
