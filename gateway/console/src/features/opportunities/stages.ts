/** A deal on its way through the stages. */
import { api, data, type Told } from "@/shared/api/client";
import type { Row } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import type { Action } from "@/shared/describe";
import type { Neighbours } from "./columns";
import type { Stage } from "./pipelines";

export type StageChange = Told<components["schemas"]["StageChange"]>;

/**
 * Moves an open deal right behind another one of the stage, before one, or to its top. Throws the Problem that says why
 * not, of status 412 if somebody else has changed the deal.
 */
export async function moveDeal(deal: Row, stage: Stage, { after, before }: Neighbours = {}): Promise<Row> {
  const query = after ? { after_id: after.id } : before ? { before_id: before.id } : {};
  const params = { path: { id: deal.id }, header: { "If-Match": `"${deal.etag}"` }, query };
  const body = stage.id === deal.stage_id ? {} : { stage_id: stage.id };
  return data(api.PATCH("/v1/opportunities/{id}", { params, body }));
}

/** Closes a deal as won in a stage of that kind. */
export async function winDeal(deal: Row, stage: Stage): Promise<Row> {
  const params = { path: { id: deal.id } };
  return data(api.POST("/v1/opportunities/{id}:win", { params, body: { stage_id: stage.id, etag: deal.etag } }));
}

export const enter = (deal: Row, stage: Stage, neighbours: Neighbours): Promise<Row> =>
  stage.type === "WON" ? winDeal(deal, stage) : moveDeal(deal, stage, neighbours);

/** An action whose stage is chosen already: its form does not ask for it. */
export const withoutStage = (action: Action): Action => ({
  ...action,
  fields: action.fields.filter(({ name }) => name !== "stage_id"),
});

const PAGE = 200;

/** Every stage that a deal was in, oldest first. */
export async function stageChanges(id: string, signal?: AbortSignal): Promise<StageChange[]> {
  const changes: StageChange[] = [];
  let page_token = "";
  do {
    const params = { path: { opportunity_id: id }, query: { page_size: PAGE, page_token } };
    const page = await data(api.GET("/v1/opportunities/{opportunity_id}/stage_changes", { params, signal }));
    changes.push(...page.stage_changes);
    page_token = page.next_page_token;
  } while (page_token);
  return changes;
}
