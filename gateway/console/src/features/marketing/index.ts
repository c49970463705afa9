import { IconMailOff, IconSpeakerphone, IconTemplate, IconUsersGroup } from "@tabler/icons-react";
import { lazy } from "react";
import type { Feature } from "@/shared/feature";

export default [
  {
    resource: "campaigns",
    icon: IconSpeakerphone,
    group: "marketing",
    order: 10,
    key: "m",
    columns: ["name", "status", "channel", "segment_id", "counts", "start_date", "owner_id"],
    record: lazy(() => import("./campaign")),
    history: true,
  },
  {
    resource: "segments",
    icon: IconUsersGroup,
    group: "marketing",
    order: 20,
    columns: ["name", "kind", "member_count", "filter", "rebuilt_at", "owner_id"],
    record: lazy(() => import("./segment")),
    history: true,
  },
  {
    resource: "templates",
    icon: IconTemplate,
    group: "marketing",
    order: 30,
    columns: ["name", "subject", "owner_id", "updated_at"],
    record: lazy(() => import("./template")),
    history: true,
  },
  {
    resource: "opt_outs",
    icon: IconMailOff,
    group: "marketing",
    order: 40,
    // Addresses are kept as hashes, so that there is none to show.
    columns: ["contact_id", "reach", "segment_id", "source", "campaign_id", "created_at"],
  },
  {
    resource: "campaign_members",
    icon: IconUsersGroup,
    group: "marketing",
    order: 50,
    hidden: true,
    columns: ["contact_id", "campaign_id", "send_state", "skip_reason", "status", "responded", "sent_at"],
  },
] satisfies Feature[];
