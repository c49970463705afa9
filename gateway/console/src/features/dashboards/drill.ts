/** From a figure to the records it counts, where a filter of their list can say which those are. */
import { quoted } from "@/shared/list/filter";
import type { ListSearch } from "@/shared/list/list-page";
import type { Point } from "./series";

/** A list with a filter, or one record. */
export type Target = { resource: string; search: ListSearch } | { resource: string; id: string };
export type Period = { from: string; to: string };

const DAY_MS = 86_400_000;
const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);
export const dayAfter = (day: string, days = 1): string => iso(Date.parse(day) + days * DAY_MS);

const days = (field: string, { from, to }: Period) => `${field} >= ${from} AND ${field} <= ${to}`;
/** Moments of the period; its last day counts to its end. */
const moments = (field: string, { from, to }: Period) => `${field} >= ${from} AND ${field} < ${dayAfter(to)}`;

function monthOf(label: string): Period {
  const [year = 0, month = 1] = label.split("-").map(Number);
  return { from: iso(Date.UTC(year, month - 1, 1)), to: iso(Date.UTC(year, month, 0)) };
}

const earlier = (...days: [string, string]): string => days.sort()[0] as string;
const later = (...days: [string, string]): string => days.sort()[1] as string;

/** The part of a month or week that lies in the period. */
const within = (part: Period, period: Period): Period => ({
  from: later(part.from, period.from),
  to: earlier(part.to, period.to),
});

const deals = (filter: string): Target => ({ resource: "opportunities", search: { filter } });
const leads = (filter: string): Target => ({ resource: "leads", search: { filter } });
const tickets = (tab: string, filter?: string): Target => ({ resource: "tickets", search: { tab, filter } });
const record = (resource: string, id: string): Target | null => (id ? { resource, id } : null);

const won = (period: Period) => `status = WON AND ${days("close_date", period)}`;
const closed = (period: Period) => `status != OPEN AND ${days("close_date", period)}`;
/** Sources and reasons that are not given are counted as "unknown", without an id. */
const named = (field: string, { record_id, label }: Point) =>
  `${field} = ${quoted(record_id || (label === "unknown" ? "" : label))}`;

const AGES: Record<string, string> = {
  "0-1": "created_at >= now() - 1d",
  "1-3": "created_at < now() - 1d AND created_at >= now() - 3d",
  "3-7": "created_at < now() - 3d AND created_at >= now() - 7d",
  "7-30": "created_at < now() - 7d AND created_at >= now() - 30d",
  "30+": "created_at < now() - 30d",
};

type Drill = (point: Point, period: Period) => Target | null;

const byOwner =
  (filter: (period: Period) => string): Drill =>
  (point, period) =>
    point.record_id ? deals(`owner_id = ${quoted(point.record_id)} AND ${filter(period)}`) : null;

const stage: Drill = ({ record_id }) => (record_id ? deals(`status = OPEN AND stage_id = ${quoted(record_id)}`) : null);
const campaign: Drill = ({ record_id }) => record("campaigns", record_id);
const ticketsIn: Drill = (_, period) => tickets("all", moments("created_at", period));
const breached: Drill = (_, period) => tickets("all", `sla_breached = true AND ${moments("created_at", period)}`);
const leadsOf =
  (more = ""): Drill =>
  (point, period) =>
    leads(
      `${point.label ? `${named("source", { ...point, record_id: "" })} AND ` : ""}${more}${moments("created_at", period)}`,
    );
const resolvedBy = (assignee: string, period: Period): Target | null =>
  assignee
    ? tickets(
        "all",
        `assignee_id = ${quoted(assignee)} AND status IN (RESOLVED, CLOSED) AND ${moments("resolved_at", period)}`,
      )
    : null;

const DRILLS: Record<string, Drill> = {
  open_deals_by_stage: stage,
  open_amount_by_stage: stage,
  weighted_pipeline: () => deals("status = OPEN"),
  open_pipeline: () => deals("status = OPEN"),
  revenue: (_, period) => deals(won(period)),
  average_deal: (_, period) => deals(won(period)),
  sales_cycle: (_, period) => deals(won(period)),
  win_rate: (_, period) => deals(closed(period)),
  revenue_by_month: ({ label }, period) => deals(won(within(monthOf(label), period))),
  revenue_by_rep: byOwner(won),
  won_deals_by_rep: byOwner(won),
  sales_cycle_by_rep: byOwner(won),
  win_rate_by_rep: byOwner(closed),
  loss_reasons: (point, period) =>
    deals(`status = LOST AND ${named("lost_reason", point)} AND ${days("close_date", period)}`),
  stalled_deals: ({ record_id }) => record("opportunities", record_id),
  next_closing_deals: ({ record_id }) => record("opportunities", record_id),
  top_accounts: ({ record_id }) => record("accounts", record_id),
  leads_by_source: leadsOf(),
  lead_conversion_by_source: leadsOf(),
  lead_conversion: leadsOf("status = CONVERTED AND "),
  campaign_results: campaign,
  campaign_response_rate: campaign,
  cost_per_response: campaign,
  campaign_return: campaign,
  new_contacts_by_month: ({ label }, period) => ({
    resource: "contacts",
    search: { filter: moments("created_at", within(monthOf(label), period)) },
  }),
  deals_by_campaign: ({ record_id }, period) =>
    record_id ? deals(`campaign_id = ${quoted(record_id)} AND (status = OPEN OR ${days("close_date", period)})`) : null,
  revenue_by_campaign: ({ record_id }, period) =>
    record_id ? deals(`campaign_id = ${quoted(record_id)} AND ${won(period)}`) : null,
  deals_by_source: (point, period) =>
    deals(`${named("source", point)} AND (status = OPEN OR ${days("close_date", period)})`),
  revenue_by_source: (point, period) => deals(`${named("source", point)} AND ${won(period)}`),
  tickets_by_status: ({ label, series }, period) =>
    tickets("all", `status = ${label} AND priority = ${series} AND ${moments("created_at", period)}`),
  open_tickets: () => tickets("open"),
  backlog_by_age: ({ label }) => tickets("open", AGES[label]),
  tickets_by_week: ({ label, series }, period) =>
    tickets(
      "all",
      moments(
        series === "created" ? "created_at" : "resolved_at",
        within({ from: label, to: dayAfter(label, 6) }, period),
      ),
    ),
  first_response_time: (_, period) =>
    tickets("all", `first_responded_at IS NOT NULL AND ${moments("created_at", period)}`),
  resolution_time: (_, period) => tickets("all", `status IN (RESOLVED, CLOSED) AND ${moments("created_at", period)}`),
  sla_breaches: breached,
  sla_breach_rate: breached,
  reopen_rate: ticketsIn,
  satisfaction: (_, period) => tickets("all", `satisfaction >= 4 AND ${moments("created_at", period)}`),
  satisfaction_ratings: ({ label }, period) =>
    tickets("all", `satisfaction = ${label} AND ${moments("created_at", period)}`),
  tickets_by_agent: ({ record_id, series }, period) =>
    series === "open"
      ? tickets("open", record_id ? `assignee_id = ${quoted(record_id)}` : "assignee_id IS NULL")
      : resolvedBy(record_id, period),
  resolution_time_by_agent: ({ record_id }, period) => resolvedBy(record_id, period),
};

/** What a point counts; null if no filter can say it. */
export const targetOf = (widget: string, point: Point, period: Period): Target | null =>
  DRILLS[widget]?.(point, period) ?? null;
