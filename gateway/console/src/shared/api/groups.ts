/** How many records there are of each value of a field, and what they are worth (docs/filters.md, counts per group). */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call, type Told } from "./client";
import type { components } from "./schema";

export type Group = Told<components["schemas"]["Group"]>;
type Grouping = { resource: string; by: string; sum: string; filter: string };

/** The groups by value. A value that no record has is not among them. */
export function useGroups({ resource, by, sum, filter }: Grouping) {
  return useQuery({
    queryKey: ["groups", resource, { by, sum, filter }],
    queryFn: async ({ signal }): Promise<Record<string, Group>> => {
      const query = { by, sum: sum || undefined, filter };
      const { groups } = await call("GET", `/v1/${resource}:group`, { query, signal });
      return Object.fromEntries(groups.map((group: Group) => [group.value, group]));
    },
    placeholderData: keepPreviousData,
  });
}
