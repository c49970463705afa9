/** The tasks, as a table or as a calendar: one's own, those of the team, or all that one may see. */
import { Chip, Group } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useMay, useMe } from "@/shared/api/me";
import { useList } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { LayoutSwitch } from "@/shared/list/layout-switch";
import { ListPage, type ListSearch } from "@/shared/list/list-page";
import { CalendarSkeleton } from "./calendar-skeleton";

const Calendar = lazy(() => import("./calendar"));

const COLUMNS = ["subject", "status", "priority", "due_date", "due_at", "owner_id", "opportunity_id", "contact_id"];
/** As many people as fit into a filter together with what else is asked. */
const MOST_OF_A_TEAM = 30;

export default function Tasks({ search }: { search: ListSearch }) {
  const { text } = useText("tasks");
  const navigate = useNavigate();
  const parts = useParts();
  const tab = search.tab !== undefined && search.tab in parts ? search.tab : "mine";
  return (
    <ListPage
      resource="tasks"
      search={search}
      columns={COLUMNS}
      within={parts[tab]}
      tools={<LayoutSwitch search={search} layout="calendar" title={text("tasks.calendar")} icon={IconCalendar} />}
      tabs={
        <Chip.Group value={tab} onChange={(next) => navigate({ to: ".", search: { ...search, tab: String(next) } })}>
          <Group gap="xs" role="radiogroup" aria-label={text("tasks.whose")}>
            {Object.keys(parts).map((name) => (
              <Chip key={name} value={name} size="xs">
                {text(`tasks.whose.${name}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      }
      layout={
        search.layout === "calendar"
          ? (filter) => (
              <Suspense fallback={<CalendarSkeleton />}>
                <Calendar filter={filter} search={search} />
              </Suspense>
            )
          : undefined
      }
    />
  );
}

/** The filter of each part. A team is who shares one with this person, or reports to them. */
function useParts(): Record<string, string> {
  const me = useMe();
  const may = useMay();
  const teams = me.team_ids.map((id) => `team_ids : ${quoted(id)}`);
  const filter = [`manager_id = ${quoted(me.id)}`, ...teams].join(" OR ");
  const listing = { resource: "users", filter, fields: ["id"], pageSize: MOST_OF_A_TEAM, orderBy: "display_name" };
  const team = useList(listing, may("users.read")).data;
  const ids = [...new Set([me.id, ...(team?.rows ?? []).map(({ id }) => id)])];
  return {
    mine: `owner_id = ${quoted(me.id)}`,
    ...(ids.length > 1 && !team?.next && { team: `owner_id IN (${ids.map(quoted).join(", ")})` }),
    all: "",
  };
}
