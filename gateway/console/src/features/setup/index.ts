import { IconBell, IconEye, IconMap, IconPackage, IconUsers } from "@tabler/icons-react";
import type { Feature } from "@/shared/feature";

export default [
  { resource: "teams", icon: IconUsers, group: "setup", order: 30, columns: ["name", "description", "created_at"] },
  { resource: "territories", icon: IconMap, group: "setup", order: 40, columns: ["name", "parent_id"] },
  {
    resource: "products",
    icon: IconPackage,
    group: "setup",
    order: 60,
    columns: ["name", "sku", "family", "price", "active"],
  },
  { resource: "affiliations", icon: IconUsers, group: "setup", order: 110, hidden: true },
  {
    resource: "account_relationships",
    icon: IconUsers,
    group: "setup",
    order: 111,
    hidden: true,
    columns: ["from_account_id", "kind", "to_account_id", "note", "start_date", "end_date"],
  },
  { resource: "saved_views", icon: IconEye, group: "setup", order: 105, hidden: true },
  { resource: "notifications", icon: IconBell, group: "setup", order: 106, hidden: true },
] satisfies Feature[];
