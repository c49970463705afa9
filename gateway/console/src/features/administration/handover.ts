/** What the services give to the successor of a user who is deactivated: what is open, not what is done. */
import { useQueries } from "@tanstack/react-query";
import { listKey, listPage } from "@/shared/api/records";
import { useSummaries } from "@/shared/describe";
import { quoted } from "@/shared/list/filter";

/** By resource: whose records they are, and which of them change hands. */
const HANDED_OVER: Record<string, { owner: string; open?: string }> = {
  accounts: { owner: "owner_id" },
  contacts: { owner: "owner_id" },
  leads: { owner: "owner_id", open: 'status != "CONVERTED"' },
  opportunities: { owner: "owner_id", open: 'status = "OPEN"' },
  tasks: { owner: "owner_id", open: 'status = "OPEN"' },
  tickets: { owner: "assignee_id", open: 'status != "RESOLVED" AND status != "CLOSED"' },
  campaigns: { owner: "owner_id", open: 'status != "DONE"' },
  segments: { owner: "owner_id" },
  templates: { owner: "owner_id" },
};

/** The records of a resource that change hands, as a filter of its list. */
export const handedOver = (resource: string, userId: string): string => {
  const { owner, open } = HANDED_OVER[resource] ?? { owner: "owner_id" };
  return [`${owner} = ${quoted(userId)}`, open].filter(Boolean).join(" AND ");
};

export type Share = { resource: string; filter: string; count: number };

/** How many records of each kind the user would leave behind, of those that this person may see; null until known. */
export function useHandover(userId: string): Share[] | null {
  const listed = useSummaries().filter(({ plural, can_list }) => can_list && plural in HANDED_OVER);
  const counts = useQueries({
    queries: listed.map(({ plural: resource }) => {
      const listing = { resource, filter: handedOver(resource, userId), pageSize: 1, fields: ["id"], total: true };
      return {
        queryKey: listKey(listing),
        queryFn: async ({ signal }: { signal: AbortSignal }) => (await listPage(listing, "", signal)).total ?? 0,
      };
    }),
  });
  const failed = counts.find(({ error }) => error)?.error;
  if (failed) throw failed;
  if (!listed.length || counts.some(({ isPending }) => isPending)) return null;
  return listed.map(({ plural: resource }, index) => ({
    resource,
    filter: handedOver(resource, userId),
    count: counts[index]?.data ?? 0,
  }));
}
