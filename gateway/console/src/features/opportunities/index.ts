import { IconTargetArrow } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "opportunities",
    icon: IconTargetArrow,
    group: "daily",
    order: 40,
    key: "o",
    list: lazy(() => import("./deals")),
    record: lazy(() => import("./deal")),
    history: true,
  },
] satisfies Feature[];
