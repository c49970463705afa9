import { IconUpload } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "imports",
    icon: IconUpload,
    group: "setup",
    order: 90,
    list: lazy(() => import("./imports")),
    record: lazy(() => import("./import-page")),
  },
  {
    path: "/imports/new",
    title: "imports.new",
    icon: IconUpload,
    group: "setup",
    order: 91,
    hidden: true,
    permission: "imports.create",
    page: lazy(() => import("./wizard")),
  },
] satisfies Feature[];
