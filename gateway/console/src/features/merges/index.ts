import { IconArrowMerge } from "@tabler/icons-react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "merges",
    icon: IconArrowMerge,
    group: "setup",
    order: 90,
    columns: ["resource", "survivor_id", "state", "created_by", "created_at", "undone_at"],
  },
] satisfies Feature[];
