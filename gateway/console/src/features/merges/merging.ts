/** What the console asks of merges, and what follows for what it shows. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { call, type Json } from "@/shared/api/client";
import { changed, type Row } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { useTell } from "@/shared/ui/problem";

export type Mergeable = "contacts" | "accounts";
export const isMergeable = (resource: string): resource is Mergeable =>
  resource === "contacts" || resource === "accounts";

/** Names of the actions that have a dialog of their own. */
export const OWN_ACTIONS = ["merge", "preview_merge"];
/** Records that can be made one at once. */
export const MOST = 6;

export type MergedField = { field: string; rule: string; source_ids: string[] };
export type Preview = {
  survivor: Row;
  records: Row[];
  fields: MergedField[];
  moves: { resource: string; count: string }[];
};
export type Merge = { id: string; survivor_id: string; loser_ids: string[]; created_at: string; created_by: string };
export type Asked = { survivor: string; losers: string[]; choices: Record<string, string> };

export async function preview(resource: Mergeable, asked: Asked, signal?: AbortSignal): Promise<Preview> {
  const { survivor, losers, choices } = asked;
  const body = { loser_ids: losers, choices };
  const answer: Json = await call("POST", `/v1/${resource}/${survivor}:previewMerge`, { body, signal });
  return { ...answer, records: answer[resource] };
}

export async function merge(resource: Mergeable, asked: Asked, seen: readonly Row[]): Promise<Merge> {
  const etags = Object.fromEntries(seen.map(({ id, etag }) => [id, etag]));
  const body = { loser_ids: asked.losers, choices: asked.choices, etags };
  const answer: Json = await call("POST", `/v1/${resource}/${asked.survivor}:merge`, { body });
  return answer.merge;
}

/** Has everything read anew that a merge changes: any list may name the records. */
export async function mergedNow(client: QueryClient, resource: Mergeable): Promise<void> {
  await Promise.all([changed(client, resource), client.invalidateQueries({ queryKey: ["merges"] })]);
}

/** Takes records apart again, and says so. */
export function useUndo(resource: Mergeable): (id: string) => Promise<void> {
  const { text } = useText("merges");
  const client = useQueryClient();
  const tell = useTell();
  return async (id) => {
    try {
      await call("POST", `/v1/merges/${id}:undo`, { body: {} });
      tell.done(text("merges.undone"));
    } catch (problem) {
      tell.failed(problem);
    } finally {
      await mergedNow(client, resource);
    }
  };
}
