import { IconCheckbox, IconMessage } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "tasks",
    icon: IconCheckbox,
    group: "daily",
    order: 50,
    key: "t",
    list: lazy(() => import("./tasks")),
  },
  {
    resource: "activities",
    icon: IconMessage,
    group: "daily",
    order: 60,
    columns: ["subject", "type", "occurred_at", "contact_id", "account_id", "owner_id"],
  },
] satisfies Feature[];
