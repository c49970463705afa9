import { IconGauge } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    path: "/speed",
    title: "speed.title",
    icon: IconGauge,
    group: "setup",
    order: 135,
    permission: "console_timings.read",
    page: lazy(() => import("./speed")),
  },
] satisfies Feature[];
