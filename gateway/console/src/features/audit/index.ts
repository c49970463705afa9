import { IconHistory } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    path: "/audit",
    title: "audit.title",
    icon: IconHistory,
    group: "setup",
    order: 120,
    permission: "audit_entries.read",
    page: lazy(() => import("./audit")),
  },
] satisfies Feature[];
