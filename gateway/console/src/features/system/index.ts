import { IconHeartbeat } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    path: "/system",
    title: "system.title",
    icon: IconHeartbeat,
    group: "setup",
    order: 130,
    permission: "held_events.read",
    page: lazy(() => import("./system")),
  },
] satisfies Feature[];
