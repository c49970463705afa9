import { IconGitCompare } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    path: "/proposals",
    title: "proposals.title",
    icon: IconGitCompare,
    group: "daily",
    order: 36,
    page: lazy(() => import("./proposals")),
  },
] satisfies Feature[];
