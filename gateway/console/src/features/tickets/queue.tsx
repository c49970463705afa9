/** The tickets that wait, the most pressing first. */
import { Badge, Chip, Group } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useMe } from "@/shared/api/me";
import { type Row, useList } from "@/shared/api/records";
import { useText } from "@/shared/i18n";
import { both, quoted } from "@/shared/list/filter";
import { ListPage, type ListSearch } from "@/shared/list/list-page";
import type { Clock } from "./deadlines";
import { Due } from "./due";

const COLUMNS = ["subject", "number", "status", "priority", "next_due_at", "contact_id", "assignee_id", "created_at"];
const OPEN = "status != RESOLVED AND status != CLOSED";
const USUAL = "open";

const CELLS = { next_due_at: (row: Row) => <Due clocks={row.sla_clocks as Clock[]} /> };

/** The filter of each part of the queue. */
const partsFor = (userId: string): Record<string, string> => ({
  mine: `${OPEN} AND assignee_id = ${quoted(userId)}`,
  unassigned: `${OPEN} AND assignee_id IS NULL`,
  at_risk: `${OPEN} AND next_due_at >= now() AND next_due_at < now() + 4h`,
  breached: `${OPEN} AND sla_breached = true`,
  open: OPEN,
  all: "",
});

export default function Queue({ search }: { search: ListSearch }) {
  const { text } = useText("tickets");
  const navigate = useNavigate();
  const parts = partsFor(useMe().id);
  const tab = search.tab !== undefined && search.tab in parts ? search.tab : USUAL;
  return (
    <ListPage
      resource="tickets"
      search={{ ...search, sort: search.sort ?? "next_due_at" }}
      columns={COLUMNS}
      within={parts[tab]}
      cells={CELLS}
      tabs={
        <Chip.Group value={tab} onChange={(next) => navigate({ to: ".", search: { ...search, tab: String(next) } })}>
          <Group gap="xs" role="radiogroup" aria-label={text("tickets.parts")}>
            {Object.entries(parts).map(([name, filter]) => (
              <Chip key={name} value={name} size="xs">
                {text(`tickets.part.${name}`)}
                {filter && <Count filter={both(filter, search.filter)} pressing={name === "breached"} />}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      }
    />
  );
}

function Count({ filter, pressing }: { filter: string; pressing: boolean }) {
  const { number } = useText("tickets");
  const total = useList({ resource: "tickets", filter, pageSize: 1, fields: ["id"], total: true }).data?.total;
  return (
    <Badge ml={6} size="sm" variant="light" color={pressing && total ? "red" : "gray"} miw={28}>
      {total == null ? "…" : number(total)}
    </Badge>
  );
}
