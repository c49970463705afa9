/** What somebody types to find records by their title, as a filter of their list. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { listPage } from "@/shared/api/records";
import { type Description, fieldOf } from "@/shared/describe";
import { quoted } from "./filter";

const MOST = 50;
/** As many as a page has: what is not found by words are lists that somebody keeps by hand. */
const LOOKED_THROUGH = 200;
/** Letters that the search over everything needs. */
const LEAST = 2;
const NOTHING = "id IS NULL";

/** The filter of records whose title contains `words`; undefined until it is known. */
export function useMatching(description: Description | undefined, words = ""): string | undefined {
  const title = description && fieldOf(description, description.title_field);
  const sought = title?.filterable || words.length >= LEAST ? words : "";
  const ids = useQuery({
    queryKey: ["matching", description?.plural, sought],
    queryFn: ({ signal }) => idsOf(description as Description, sought, signal),
    enabled: Boolean(description) && sought !== "" && !title?.searchable,
    placeholderData: keepPreviousData,
  }).data;
  if (!description) return undefined;
  if (sought === "") return "";
  if (title?.searchable) return `${title.name} : ${quoted(sought)}`;
  return ids && (ids.length ? `id IN (${ids.map(quoted).join(", ")})` : NOTHING);
}

/** The first records whose title contains `words`, where no filter of the list finds them by words. */
async function idsOf(description: Description, words: string, signal: AbortSignal): Promise<string[]> {
  const { plural: resource, title_field: title, name, service } = description;
  if (fieldOf(description, title)?.filterable) {
    const { rows } = await listPage({ resource, fields: ["id", title], pageSize: LOOKED_THROUGH }, "", signal);
    const sought = words.toLowerCase();
    const found = rows.filter((row) =>
      String(row[title] ?? "")
        .toLowerCase()
        .includes(sought),
    );
    return found.slice(0, MOST).map((row) => row.id);
  }
  const query = { query: words, page_size: MOST };
  const { hits } = await data(api.GET("/v1/search", { params: { query }, signal }));
  return hits.filter((hit) => hit.record_type === name && hit.service === service).map((hit) => hit.record_id);
}
