import { IconUser } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    path: "/profile",
    title: "profile.title",
    icon: IconUser,
    group: "setup",
    order: 0,
    hidden: true,
    page: lazy(() => import("./profile")),
  },
] satisfies Feature[];
