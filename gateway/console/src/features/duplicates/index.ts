import { IconArrowsJoin, IconCopyCheck, IconGitCompare } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "duplicates",
    icon: IconGitCompare,
    group: "daily",
    order: 35,
    list: lazy(() => import("./duplicates")),
    record: lazy(() => import("./pair")),
  },
  {
    resource: "matching_rules",
    icon: IconArrowsJoin,
    group: "setup",
    order: 55,
    columns: ["name", "record_type", "other_record_type", "active", "least_score", "comparisons", "updated_at"],
    creation: {
      fields: ["name", "record_type", "other_record_type", "comparisons", "least_score", "active", "description"],
      initial: () => ({ comparisons: [{ field: "EMAIL", method: "EXACT" }], active: true }),
    },
  },
  {
    resource: "duplicate_rules",
    icon: IconCopyCheck,
    group: "setup",
    order: 56,
    columns: ["name", "matching_rule_id", "active", "on_create", "on_update", "confirmable", "tells_hidden"],
    creation: {
      fields: [
        "name",
        "matching_rule_id",
        "on_create",
        "on_update",
        "confirmable",
        "tells_hidden",
        "active",
        "description",
      ],
      initial: () => ({ on_create: "ALERT", on_update: "ALERT", active: true }),
    },
  },
] satisfies Feature[];
