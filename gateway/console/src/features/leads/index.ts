import { IconFilterStar } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "leads",
    icon: IconFilterStar,
    group: "daily",
    order: 30,
    key: "l",
    columns: ["display_name", "company", "status", "email", "source", "owner_id", "created_at"],
    record: lazy(() => import("./lead")),
    history: true,
  },
] satisfies Feature[];
