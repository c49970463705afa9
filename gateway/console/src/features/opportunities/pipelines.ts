/** The pipelines and their stages, which seldom change while somebody works. */
import { useQuery } from "@tanstack/react-query";
import { api, data, type Told } from "@/shared/api/client";
import type { Row } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";

export type Pipeline = Told<components["schemas"]["Pipeline"]>;
export type Stage = Told<components["schemas"]["Stage"]>;

/** More pipelines than a company has. */
const MOST = 200;

/** The default pipeline first, the others by name. */
const ordered = (pipelines: Pipeline[]): Pipeline[] =>
  [...pipelines].sort(
    (one, other) => Number(other.is_default) - Number(one.is_default) || one.name.localeCompare(other.name),
  );

export function usePipelines() {
  return useQuery({
    queryKey: ["list", "pipelines", "stages"],
    queryFn: async ({ signal }) =>
      ordered((await data(api.GET("/v1/pipelines", { params: { query: { page_size: MOST } }, signal }))).pipelines),
    staleTime: 60_000,
  });
}

const DAY_MS = 86_400_000;

/** Whole days since the deal came into its stage. */
export const daysInStage = (deal: Row, now: number): number =>
  deal.stage_entered_at ? Math.floor((now - new Date(deal.stage_entered_at).getTime()) / DAY_MS) : 0;

/** Whether the deal has been in its stage for longer than its pipeline allows. */
export const isStalled = (deal: Row, stage: Stage, now: number): boolean =>
  stage.max_age_days !== null && daysInStage(deal, now) > stage.max_age_days;

/** Whether the day on which the deal should close is over. `today` is a day like "2026-11-29". */
export const isOverdue = (deal: Row, today: string): boolean =>
  deal.status === "OPEN" && Boolean(deal.close_date) && deal.close_date < today;
