import { IconCalendarTime, IconGauge } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

const WORKDAYS = [1, 2, 3, 4, 5];

export default [
  {
    resource: "sla_policies",
    icon: IconGauge,
    group: "setup",
    order: 70,
    columns: ["name", "rank", "calendar_id", "condition", "updated_at"],
    creation: {
      fields: ["name", "calendar_id", "rank"],
      initial: () => ({ targets: [{ kind: "FIRST_RESPONSE", priority: "CRITICAL", minutes: 60 }] }),
    },
    record: lazy(() => import("./policy")),
    history: true,
  },
  {
    resource: "business_calendars",
    icon: IconCalendarTime,
    group: "setup",
    order: 80,
    columns: ["name", "time_zone", "is_default", "updated_at"],
    creation: {
      fields: ["name", "time_zone"],
      initial: () => ({
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        working_hours: WORKDAYS.map((weekday) => ({ weekday, start: "09:00", end: "17:00" })),
      }),
    },
    record: lazy(() => import("./calendar")),
    history: true,
  },
] satisfies Feature[];
