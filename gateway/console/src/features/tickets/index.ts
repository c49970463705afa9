import { IconTicket } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "tickets",
    icon: IconTicket,
    group: "service",
    order: 10,
    key: "s",
    list: lazy(() => import("./queue")),
    record: lazy(() => import("./ticket")),
    history: true,
  },
  { resource: "messages", icon: IconTicket, group: "service", order: 90, hidden: true },
] satisfies Feature[];
