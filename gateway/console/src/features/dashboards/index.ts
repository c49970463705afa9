import { IconChartBar } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    path: "/dashboards",
    title: "dashboards.title",
    icon: IconChartBar,
    group: "daily",
    order: 5,
    key: "d",
    permission: "dashboards.read",
    page: lazy(() => import("./dashboards")),
  },
] satisfies Feature[];
