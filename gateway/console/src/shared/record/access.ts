/** What this person may do with one record, where that differs from record to record. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { call, type Told } from "@/shared/api/client";
import { useMe } from "@/shared/api/me";
import type { components } from "@/shared/api/schema";
import type { Description } from "@/shared/describe";

export type Explained = Told<components["schemas"]["ExplainAccessResponse"]>;

/** What is asked about the access to a record; it begins anew when whose the record is or its shares have changed. */
export const accessKey = (resource: string, id: string) => ["access", resource, id] as const;

export const accessOf = (resource: string, id: string, userId: string) => ({
  queryKey: [...accessKey(resource, id), "explained", userId],
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<Explained> =>
    call("GET", `/v1/${resource}/${id}:access`, { query: { user_id: userId }, signal }),
  staleTime: 60_000,
});

/** The description of a kind for one record: what does not reach this one is not offered. */
export function useLimited(description: Description, id: string): Description {
  const me = useMe();
  const doubtful = description.actions.some(
    ({ name, allowed, scope }) => (name === "update" || name === "delete") && allowed && scope !== "ALL",
  );
  const asked = description.shareable && doubtful;
  const { data, isPending } = useQuery({ ...accessOf(description.plural, id, me.id), enabled: asked });
  return useMemo(() => {
    if (!asked) return description;
    const reaches = (permission: string) =>
      data ? Boolean(data.access.find((one) => one.permission === permission)?.allowed) : !isPending;
    const actions = description.actions.map((action) =>
      action.name === "update" || action.name === "delete"
        ? { ...action, allowed: action.allowed && reaches(action.permission) }
        : action,
    );
    return { ...description, actions };
  }, [asked, data, isPending, description]);
}
