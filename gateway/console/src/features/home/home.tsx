/** Where the day begins: my tasks, my open deals, tickets at risk. */
import { Anchor, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { api, data, type Told } from "@/shared/api/client";
import { useMay, useMe, useReach } from "@/shared/api/me";
import { listPage, useList } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { Value } from "@/shared/fields/value";
import { useText, useTextsSoon } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { recentOf } from "@/shared/recent";
import { usePainted } from "@/shared/timing/timing";
import { Failed } from "@/shared/ui/problem";

const MOST = 8;

/** Open deals that were to be closed by now, or that nobody has touched for two weeks. */
const STALLED = "status = OPEN AND (close_date < now() OR updated_at < now() - 14d)";
const UNSOLVED = "status != CLOSED AND status != RESOLVED";

/** What waits for this person; who leads others sees what waits for them, too. */
function useLists(): Part[] {
  const { id } = useMe();
  const may = useMay();
  const reaches = useReach();
  const mine = `owner_id = ${quoted(id)} AND `;
  const lists: (Part & { shown: boolean })[] = [
    {
      shown: may("tasks.read"),
      resource: "tasks", title: "home.tasks", filter: `${mine}status = OPEN`, sort: "due_at", beside: "due_at",
    },
    {
      shown: may("opportunities.update") && !reaches("opportunities.update"),
      resource: "opportunities", title: "home.deals", filter: `${mine}status = OPEN`, sort: "close_date", beside: "amount",
    },
    {
      shown: reaches("opportunities.update"),
      resource: "opportunities", title: "home.closing", filter: "status = OPEN AND close_date >= now()",
      sort: "close_date", beside: "amount",
    },
    {
      shown: may("opportunities.update"),
      resource: "opportunities", title: "home.stalled", filter: reaches("opportunities.update") ? STALLED : mine + STALLED,
      sort: "close_date", beside: "close_date",
    },
    {
      shown: may("leads.update"),
      resource: "leads", title: "home.leads", filter: `${reaches("leads.update") ? "" : mine}status = NEW`,
      sort: "-created_at", beside: "created_at",
    },
    {
      shown: may("tickets.update"),
      resource: "tickets", title: "home.tickets", filter: `assignee_id = ${quoted(id)} AND ${UNSOLVED}`,
      sort: "next_due_at", beside: "next_due_at",
    },
    {
      shown: reaches("tickets.update"),
      resource: "tickets", title: "home.at_risk", filter: `${UNSOLVED} AND next_due_at < now() + 4h`,
      sort: "next_due_at", beside: "next_due_at",
    },
    {
      shown: may("campaigns.update"),
      resource: "campaigns", title: "home.campaigns", filter: "", sort: "-created_at", beside: "status",
    },
  ]; // biome-ignore format: a table
  return lists.filter(({ shown }) => shown);
}

/**
 * Whether all that was asked for is here. Told once: a component that renders with every event of the cache renders again
 * and again while another page, which adds such events, waits behind it for its script.
 */
function useFetched(): boolean {
  const client = useQueryClient();
  const [fetched, setFetched] = useState(false);
  useEffect(() => {
    let begun = false;
    const stop = client.getQueryCache().subscribe(() => {
      const fetching = client.isFetching() > 0;
      begun ||= fetching;
      if (!begun || fetching) return;
      setFetched(true);
      stop();
    });
    return stop;
  }, [client]);
  return fetched;
}

export function Home() {
  const { text } = useText();
  const me = useMe();
  usePainted("HOME", useFetched());
  return (
    <Stack className="page">
      <Title order={1} size="h3">
        {text("home.hello", { name: me.display_name })}
      </Title>
      <Figures />
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
        {useLists().map((list) => (
          <Some key={list.title} {...list} />
        ))}
        <Recent />
      </SimpleGrid>
    </Stack>
  );
}

type Widget = Told<components["schemas"]["Widget"]>;

/** Which dashboard tells whom most; the first that may be read. */
const DASHBOARDS = ["sales", "support", "marketing"] as const;

/** The figures of the period, as far as this person reaches. */
function Figures() {
  // They are named as on the dashboards: the texts come while the figures are asked for.
  useTextsSoon("dashboards");
  const me = useMe();
  const may = useMay();
  const name = DASHBOARDS.find((candidate) => me.roles.some((role) => role.startsWith(candidate))) ?? DASHBOARDS[0];
  const dashboard = useQuery({
    queryKey: ["dashboard", name],
    queryFn: ({ signal }) => data(api.GET("/v1/dashboards/{name}", { params: { path: { name } }, signal })),
    enabled: may("dashboards.read"),
    staleTime: 60_000,
  });
  const widgets = dashboard.data?.widgets.filter(({ kind, points }) => kind === "number" && points.length) ?? [];
  if (!widgets.length) return null;
  return (
    <Suspense>
      <Numbers widgets={widgets} />
    </Suspense>
  );
}

function Numbers({ widgets }: { widgets: Widget[] }) {
  const { money, number, textOr } = useText("dashboards");
  const shown = (unit: string, value: string) => {
    if (unit === "percent") return number(Number(value) / 100, { style: "percent" });
    if (unit === "days")
      return number(Number(value), { style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 0 });
    return /^[A-Z]{3}$/.test(unit) ? money(value, unit, true) : number(Number(value), { maximumFractionDigits: 1 });
  };
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="xs">
      {widgets.map((widget) => (
        <Paper
          key={widget.name}
          withBorder
          px="md"
          py="xs"
          title={textOr(`dashboards.meaning.${widget.name}`, widget.definition)}
        >
          <Text size="xs" c="dimmed">
            {textOr(`dashboards.widget.${widget.name}`, widget.title)}
          </Text>
          {widget.points.map((point) => (
            <Text key={point.series} fw={600} size="lg">
              {shown(point.series || widget.unit, point.value)}
            </Text>
          ))}
        </Paper>
      ))}
    </SimpleGrid>
  );
}

type Part = { resource: string; title: string; filter: string; sort: string; beside: string };

/** The first few records of a list, with the way to the whole. */
function Some({ resource, title, filter, sort, beside }: Part) {
  const { text } = useText();
  const description = useDescription(resource);
  const list = useList({ resource, filter, orderBy: sort, pageSize: MOST, total: true });
  const field = fieldOf(description, beside);
  return (
    <Paper withBorder p="md" component="section">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {text(title)}
        </Title>
        <Anchor
          renderRoot={(props) => <Link to="/$resource" params={{ resource }} search={{ filter, sort }} {...props} />}
          size="sm"
        >
          {text("home.all", { count: list.data?.total ?? 0 })}
        </Anchor>
      </Group>
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.isPending && <Skeleton height={160} />}
      {list.data?.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          {text("home.nothing")}
        </Text>
      )}
      {list.data?.rows.map((row) => (
        <Group key={row.id} justify="space-between" wrap="nowrap" py={5} gap="xs">
          <Link className="link" to="/$resource/$id" params={{ resource, id: row.id }}>
            {row[description.title_field] || "—"}
          </Link>
          {field && (
            <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }} component="div">
              <Value field={field} value={row[beside]} names={{}} />
            </Text>
          )}
        </Group>
      ))}
    </Paper>
  );
}

/** What this person has looked at last, as far as it may still be read. */
function Recent() {
  const { text, label } = useText();
  const visits = recentOf(useMe().id);
  const kinds = useSummaries().filter(({ plural }) => visits.some(({ resource }) => resource === plural));
  const pages = useQuery({
    queryKey: ["list", "recent", visits],
    queryFn: () =>
      Promise.all(
        kinds.map(async (kind) => {
          const ids = visits.filter(({ resource }) => resource === kind.plural).map(({ id }) => quoted(id));
          const fields = ["id", kind.title_field];
          const { rows } = await listPage({ resource: kind.plural, filter: `id IN (${ids.join(", ")})`, fields });
          return rows.map((row) => ({ row, kind }));
        }),
      ),
    enabled: visits.length > 0,
  });
  const found = pages.data?.flat() ?? [];
  const shown = visits.flatMap(({ id }) => found.filter(({ row }) => row.id === id));
  if (!shown.length) return null;
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="xs">
        {text("home.recent")}
      </Title>
      {shown.map(({ row, kind }) => (
        <Group key={row.id} justify="space-between" wrap="nowrap" py={5} gap="xs">
          <Link className="link" to="/$resource/$id" params={{ resource: kind.plural, id: row.id }}>
            {row[kind.title_field] || "—"}
          </Link>
          <Text size="sm" c="dimmed">
            {label(kind.label)}
          </Text>
        </Group>
      ))}
    </Paper>
  );
}
