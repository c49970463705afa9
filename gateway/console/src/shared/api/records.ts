/** Reading and writing records of any resource, with what is kept of them. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type Json } from "./client";

export type Row = { id: string; etag: string } & Record<string, Json>;
export type Page = { rows: Row[]; next: string; total: number | null; names: Record<string, string> };
export type Listing = {
  resource: string;
  filter?: string;
  orderBy?: string;
  pageSize?: number;
  expand?: readonly string[];
  fields?: readonly string[];
  total?: boolean;
  deleted?: boolean;
};

/** A page of a list; `names` are the titles of the records that the fields of `expand` refer to. */
export async function listPage(listing: Listing, pageToken = "", signal?: AbortSignal): Promise<Page> {
  const { resource, filter, orderBy, pageSize = 50, expand = [], fields = [], total, deleted } = listing;
  const answer = await call("GET", `/v1/${resource}`, {
    query: {
      filter,
      order_by: orderBy,
      page_size: pageSize,
      page_token: pageToken,
      expand: expand.join(","),
      fields: fields.join(","),
      include_total_size: total || undefined,
      show_deleted: deleted || undefined,
    },
    signal,
  });
  return {
    rows: answer[resource] ?? [],
    next: answer.next_page_token ?? "",
    total: answer.total_size == null ? null : Number(answer.total_size),
    names: answer.names ?? {},
  };
}

export const listKey = (listing: Listing) => ["list", listing.resource, listing] as const;
export const recordKey = (resource: string, id: string) => ["record", resource, id] as const;

/** What is kept of an earlier time; no change of today concerns it. */
export const pastKey = (resource: string, id: string, asOf: string) => ["past", resource, id, asOf] as const;

/** Whether a record is shown as it was, of which nobody asks where its values come from. */
export const isPast = (row: Row): boolean => row.etag.startsWith("as-of-");

export type Read = { record: Row; names: Record<string, string> };

/** Whether something that is kept of a record is the record itself, and not its history or where its values come from. */
export const isRead = (kept: unknown): kept is Read => typeof kept === "object" && kept !== null && "record" in kept;

/** A record; with `asOf`, a time, as it was then. */
export function useRecord(resource: string, id: string, expand: readonly string[] = [], asOf = "") {
  return useQuery({
    queryKey: asOf
      ? [...pastKey(resource, id, asOf), expand.join(",")]
      : [...recordKey(resource, id), expand.join(",")],
    queryFn: async ({ signal }): Promise<Read> => {
      const { names = {}, ...record } = await call("GET", `/v1/${resource}/${id}`, {
        query: { expand: expand.join(","), as_of: asOf },
        signal,
      });
      return { record: record as Row, names };
    },
  });
}

export function useList(listing: Listing, enabled = true) {
  return useQuery({
    queryKey: listKey(listing),
    queryFn: ({ signal }) => listPage(listing, "", signal),
    enabled,
  });
}

/** Has everything read anew that may show a record of `resource`: lists, the record, and views of customers. */
export async function changed(client: QueryClient, resource: string, id?: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["list", resource] }),
    client.invalidateQueries({ queryKey: ["groups", resource] }),
    client.invalidateQueries({ queryKey: id ? recordKey(resource, id) : ["record", resource] }),
    client.invalidateQueries({ queryKey: ["customer360"] }),
    client.invalidateQueries({ queryKey: ["timeline"] }),
  ]);
}

export type Change = { row: Row; values: Record<string, Json> };

/**
 * Changes fields of a record. Lists show the new values at once and the old ones again if the server refuses.
 * A change by somebody else in between is refused (412). `onStored` is called even if what has asked for the change is
 * gone by then, as it is where the new version of the record is drawn anew.
 */
export function useUpdate(resource: string, onStored?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ row, values }: Change): Promise<Row> =>
      call("PATCH", `/v1/${resource}/${row.id}`, { body: values, etag: row.etag }),
    onMutate: ({ row, values }) => paint(client, resource, row.id, (shown) => ({ ...shown, ...values })),
    onError: (_error, { row }) => paint(client, resource, row.id, () => row),
    onSuccess: (stored, { row }) => {
      paint(client, resource, row.id, () => stored);
      onStored?.();
    },
    onSettled: (_stored, _error, { row }) => changed(client, resource, row.id),
  });
}

/** Puts another state of a record into every list and page that shows it. */
export function paint(client: QueryClient, resource: string, id: string, next: (row: Row) => Row): void {
  const inPage = (page: Page): Page => ({ ...page, rows: page.rows.map((row) => (row.id === id ? next(row) : row)) });
  client.setQueriesData({ queryKey: ["list", resource] }, (kept: Json) => {
    if (!kept) return kept;
    return kept.pages ? { ...kept, pages: kept.pages.map(inPage) } : inPage(kept);
  });
  client.setQueriesData({ queryKey: recordKey(resource, id) }, (kept: unknown) =>
    isRead(kept) ? { ...kept, record: next(kept.record) } : kept,
  );
}
