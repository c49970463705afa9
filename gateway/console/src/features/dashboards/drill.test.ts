import { describe, expect, it } from "vitest";
import { targetOf } from "./drill";
import type { Point } from "./series";

const PERIOD = { from: "2026-01-15", to: "2026-11-29" };
const point = (values: Partial<Point>): Point => ({ label: "", value: "1", series: "", record_id: "", ...values });

describe("a figure leads", () => {
  it("to the deals of its month, within the period", () => {
    expect(targetOf("revenue_by_month", point({ label: "2026-01" }), PERIOD)).toEqual({
      resource: "opportunities",
      search: { filter: "status = WON AND close_date >= 2026-01-15 AND close_date <= 2026-01-31" },
    });
  });

  it("to tickets of its status, the last day of the period included", () => {
    expect(targetOf("tickets_by_status", point({ label: "NEW", series: "HIGH" }), PERIOD)).toEqual({
      resource: "tickets",
      search: {
        tab: "all",
        filter: "status = NEW AND priority = HIGH AND created_at >= 2026-01-15 AND created_at < 2026-11-30",
      },
    });
  });

  it("to its record", () => {
    expect(targetOf("top_accounts", point({ record_id: "a1" }), PERIOD)).toEqual({ resource: "accounts", id: "a1" });
  });

  it("nowhere if no filter can say what it counts", () => {
    expect(targetOf("revenue_by_region", point({ label: "North" }), PERIOD)).toBeNull();
    expect(targetOf("revenue_by_rep", point({ label: "unknown" }), PERIOD)).toBeNull();
  });
});
