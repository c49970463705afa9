/** The review list: pairs of records that are likely the same. */
import { Button, Chip, Group } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import type { Row } from "@/shared/api/records";
import { actionOf, useDescription } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { ListPage, type ListSearch } from "@/shared/list/list-page";
import { useTell } from "@/shared/ui/problem";

const COLUMNS = [
  "score",
  "contact_id",
  "other_contact_id",
  "lead_id",
  "other_lead_id",
  "account_id",
  "other_account_id",
  "state",
  "created_at",
];
const PARTS: Record<string, string> = { open: "state = OPEN", decided: "state != OPEN", all: "" };
const CELLS = { score: (row: Row) => <Compare pair={row} /> };

export default function Duplicates({ search }: { search: ListSearch }) {
  const { text } = useText("duplicates");
  const navigate = useNavigate();
  const tab = search.tab !== undefined && search.tab in PARTS ? search.tab : "open";
  return (
    <ListPage
      resource="duplicates"
      search={{ ...search, sort: search.sort ?? "-score" }}
      columns={COLUMNS}
      within={PARTS[tab]}
      cells={CELLS}
      tools={<Sweep />}
      tabs={
        <Chip.Group value={tab} onChange={(next) => navigate({ to: ".", search: { ...search, tab: String(next) } })}>
          <Group gap="xs" role="radiogroup" aria-label={text("duplicates.parts")}>
            {Object.keys(PARTS).map((name) => (
              <Chip key={name} value={name} size="xs">
                {text(`duplicates.part.${name}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      }
    />
  );
}

function Compare({ pair }: { pair: Row }) {
  const { text } = useText("duplicates");
  return (
    <Link className="link title" to="/$resource/$id" params={{ resource: "duplicates", id: pair.id }}>
      {text("duplicates.compare", { percent: Math.round(pair.score * 100) })}
    </Link>
  );
}

function Sweep() {
  const { text } = useText("duplicates");
  const tell = useTell();
  const description = useDescription("duplicates");
  const sweep = useMutation({
    mutationFn: () => data(api.POST("/v1/duplicates:sweep", { body: {} })),
    onSuccess: () => tell.done(text("duplicates.sweeping")),
    onError: tell.failed,
  });
  if (!actionOf(description, "sweep")) return null;
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconSearch size={14} />}
      loading={sweep.isPending}
      onClick={() => sweep.mutate()}
    >
      {text("duplicates.sweep")}
    </Button>
  );
}
