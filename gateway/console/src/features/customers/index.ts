import { IconBuilding, IconUser } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "contacts",
    icon: IconUser,
    group: "daily",
    order: 10,
    key: "c",
    columns: ["display_name", "title", "account_id", "email", "phone", "owner_id", "tags", "created_at"],
    record: lazy(() => import("./contact")),
    selected: lazy(() => import("@/features/merges/merge-with")),
  },
  {
    resource: "accounts",
    icon: IconBuilding,
    group: "daily",
    order: 20,
    key: "a",
    columns: ["name", "industry", "country", "domains", "owner_id", "employees", "created_at"],
    record: lazy(() => import("./account")),
    selected: lazy(() => import("@/features/merges/merge-with")),
  },
] satisfies Feature[];
