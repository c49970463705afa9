/** Reading the columns of a board, and moving a card within one or to another. */
import { type QueryClient, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { useGroups } from "@/shared/api/groups";
import { isProblem } from "@/shared/api/problem";
import { changed, type Listing, listKey, listPage, type Row } from "@/shared/api/records";
import { type Description, fieldOf } from "@/shared/describe";
import type { Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { both, quoted } from "@/shared/list/filter";
import { useTell } from "@/shared/ui/problem";
import { type Column, type Neighbours, ORDER, provisionalRank, withCard, without } from "./columns";
import type { Pipeline, Stage } from "./pipelines";
import { enter, stageChanges } from "./stages";

const PAGE = 50;
/** What a card shows, and what a move needs. */
const FIELDS = ["id", "etag", "name", "account_id", "amount", "close_date", "owner_id", "status", "stage_id", "stage_entered_at", "rank"]; // biome-ignore format: one line
const EXPAND = ["account_id", "owner_id"];

function listingOf(filter: string, stageId: string): Listing {
  return {
    resource: "opportunities",
    filter: both(filter, `stage_id = ${quoted(stageId)}`),
    orderBy: ORDER,
    pageSize: PAGE,
    fields: FIELDS,
    expand: EXPAND,
  };
}

const columnKey = (filter: string, stageId: string) => [...listKey(listingOf(filter, stageId)), "column"] as const;

/** How many deals are in each stage and what they are worth: all that this person may see, loaded or not. */
export function useTotals(filter: string, pipeline: Pipeline, description: Description) {
  const inPipeline = both(filter, `pipeline_id = ${quoted(pipeline.id)}`);
  const sum = fieldOf(description, "amount")?.can_read ? "amount" : "";
  return useGroups({ resource: "opportunities", by: "stage_id", sum, filter: inPipeline });
}

/** The deals of a stage, page by page. */
export function useColumn(filter: string, stageId: string) {
  const listing = listingOf(filter, stageId);
  return useInfiniteQuery({
    queryKey: columnKey(filter, stageId),
    queryFn: ({ pageParam, signal }) => listPage(listing, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
  });
}

/** Takes a card out of every column and puts it into the one of its stage, if it is on the board. */
function place(client: QueryClient, filter: string, pipeline: Pipeline, card: Row, names: Names): void {
  for (const stage of pipeline.stages) {
    client.setQueryData(columnKey(filter, stage.id), (column?: Column) => {
      if (!column) return column;
      const rest = without(column, card.id);
      return stage.id === card.stage_id ? withCard(rest, card, names) : rest;
    });
  }
}

export type Move = { card: Row; stage: Stage; names: Names; neighbours: Neighbours };

const MOVES = ["move a deal"];

/**
 * Moves a card: it stands in its new column at once. If the server refuses, it goes back and the reason is told; if
 * somebody else was faster, it goes to where they have put it.
 */
export function useMove(filter: string, pipeline: Pipeline, description: Description) {
  const client = useQueryClient();
  const { text, label } = useText("opportunities");
  const tell = useTell();
  return useMutation({
    mutationKey: MOVES,
    mutationFn: ({ card, stage, neighbours }: Move) => enter(card, stage, neighbours),
    onMutate: async ({ card, stage, names, neighbours }) => {
      await client.cancelQueries({ queryKey: ["list", "opportunities"] });
      place(client, filter, pipeline, { ...card, stage_id: stage.id, rank: provisionalRank(neighbours) }, names);
    },
    onSuccess: (stored, { names }) => place(client, filter, pipeline, stored, names),
    onError: async (error, { card, names }) => {
      place(client, filter, pipeline, card, names);
      const newer = isProblem(error) && error.status === 412 ? await newest(card.id) : null;
      if (!newer) return tell.failed(besideNobody(error) ? text("deals.neighbour_left", { name: card.name }) : error);
      const { row, names: newerNames } = newer;
      place(client, filter, pipeline, row, newerNames);
      if (row.stage_id !== card.stage_id) {
        const stage = pipeline.stages.find(({ id }) => id === row.stage_id)?.name ?? "";
        const who = (await moverOf(row)) || text("deals.somebody");
        return tell.failed(text("deals.moved_meanwhile", { name: row.name, who, stage }));
      }
      const fields = FIELDS.filter((name) => JSON.stringify(row[name]) !== JSON.stringify(card[name])).flatMap(
        (name) => fieldOf(description, name) ?? [],
      );
      const labels = fields.map((field) => label(field.label)).join(", ");
      tell.failed(text("deals.changed_meanwhile", { name: row.name, fields: labels }));
    },
    onSettled: (_stored, _error, { card }) => {
      // While another card is on its way, an answer from before it would put it back for a moment.
      if (client.isMutating({ mutationKey: MOVES }) === 1) return changed(client, "opportunities", card.id);
    },
  });
}

/** Whether a move was refused because the card beside it is no longer there. */
const besideNobody = (error: unknown): boolean =>
  isProblem(error) && ("after_id" in error.errors || "before_id" in error.errors);

/** The card as it is now; null if it is gone or cannot be had. */
async function newest(id: string): Promise<{ row: Row; names: Names } | null> {
  const listing = { resource: "opportunities", filter: `id = ${quoted(id)}`, fields: FIELDS, expand: EXPAND };
  try {
    const { rows, names } = await listPage(listing);
    return rows[0] ? { row: rows[0], names } : null;
  } catch (error) {
    if (isProblem(error)) return null;
    throw error;
  }
}

/** Who has put a deal into its stage; "" if this cannot be told. */
async function moverOf(deal: Row): Promise<string> {
  try {
    const changes = await stageChanges(deal.id);
    const { changed_by: id } = changes.at(-1) ?? {};
    return id ? (await data(api.GET("/v1/users/{id}", { params: { path: { id } } }))).display_name : "";
  } catch (error) {
    if (isProblem(error)) return "";
    throw error;
  }
}
