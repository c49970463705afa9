/** What the contracts say of a resource at run time: fields, actions, and what this person may do. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { api, data, type Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export type Summary = Told<Schemas["ResourceSummary"]>;
export type Field = Told<Schemas["FieldDescription"]>;
export type Action = Told<Schemas["ActionDescription"]>;
export type Description = Told<Schemas["ResourceDescription"]>;

/** Descriptions follow the contracts and the caller's rights, which seldom change while somebody works. */
const STALE_MS = 5 * 60_000;

const summaries = {
  queryKey: ["describe"],
  queryFn: async () => (await data(api.GET("/v1/describe"))).resources,
  staleTime: STALE_MS,
};

/** Every resource with a list, and whether this person may see it. */
export const useSummaries = (): Summary[] => useQuery(summaries).data ?? [];

/** The resource of a kind such as "crm.sales.opportunity". */
export const useSummaryOf = (kind: string): Summary | undefined =>
  useSummaries().find((summary) => summary.kind === kind);

export function descriptionOf(resource: string) {
  return {
    queryKey: ["describe", resource],
    queryFn: () => data(api.GET("/v1/describe/{resource}", { params: { path: { resource } } })),
    staleTime: STALE_MS,
  };
}

export const useDescription = (resource: string): Description => useSuspenseQuery(descriptionOf(resource)).data;

export const fieldOf = (description: Description, name: string): Field | undefined =>
  description.fields.find((field) => field.name === name);

export const actionOf = (description: Description, name: string): Action | undefined =>
  description.actions.find((action) => action.name === name && action.allowed);

/** What tells records apart or puts them in order, and says nothing to people. */
const OF_THE_SYSTEM = new Set(["id", "etag", "deleted_at", "rank"]);

export const shown = (field: Field): boolean => field.can_read && !OF_THE_SYSTEM.has(field.name);
export const editable = (field: Field): boolean =>
  field.can_write && !field.read_only && field.type !== "STRUCT" && field.type !== "MAP";
