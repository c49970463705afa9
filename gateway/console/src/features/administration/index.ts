import { IconBuilding, IconShieldLock, IconUserCog } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "users",
    icon: IconUserCog,
    group: "setup",
    order: 10,
    columns: ["display_name", "email", "role_ids", "team_ids", "manager_id", "status", "last_login_at"],
    creation: { fields: ["display_name", "email", "role_ids", "manager_id", "team_ids", "language", "time_zone"] },
    record: lazy(() => import("./user")),
    history: true,
  },
  {
    resource: "roles",
    icon: IconShieldLock,
    group: "setup",
    order: 20,
    columns: ["name", "description", "built_in", "updated_at"],
    creation: { fields: ["name", "description"] },
    record: lazy(() => import("./role")),
    history: true,
  },
  {
    path: "/organisation",
    title: "organisation.title",
    icon: IconBuilding,
    group: "setup",
    order: 5,
    permission: "organisation.update",
    page: lazy(() => import("./organisation")),
  },
] satisfies Feature[];
