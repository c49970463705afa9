import { IconTimeline } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "pipelines",
    icon: IconTimeline,
    group: "setup",
    order: 50,
    columns: ["name", "stages", "is_default", "currency"],
    creation: {
      fields: ["name", "currency"],
      initial: (text) => ({
        stages: [
          { name: text("pipeline.first_stage"), type: "OPEN", probability: 10 },
          { name: text("pipeline.won_stage"), type: "WON" },
          { name: text("pipeline.lost_stage"), type: "LOST" },
        ],
      }),
    },
    record: lazy(() => import("./pipeline")),
    history: true,
  },
] satisfies Feature[];
