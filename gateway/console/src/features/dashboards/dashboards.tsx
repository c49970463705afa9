/** The figures of a role: how they stand, since when, what they mean, and which records are behind them. */
import { Alert, Group, Select, SimpleGrid, Skeleton, Stack, Tabs, Text, TextInput, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { serverNow } from "@/shared/api/clock";
import { useMay } from "@/shared/api/me";
import { useText } from "@/shared/i18n";
import { usePainted } from "@/shared/timing/timing";
import { usePageTitle } from "@/shared/ui/page-title";
import { Failed } from "@/shared/ui/problem";
import { dayAfter } from "./drill";
import { WidgetCard } from "./widget";

/** What a dashboard is made of; who may read none of it would find it empty. */
const READS: Record<string, string[]> = {
  sales: ["opportunities.read"],
  marketing: ["leads.read", "campaigns.read"],
  support: ["tickets.read"],
  executive: ["opportunities.read", "tickets.read", "leads.read"],
};

/** Below this the figures are as good as live. */
const LATE_S = 60;

/** What the address says. */
type Search = { name?: string; from_date?: string; to_date?: string };

export default function Dashboards() {
  const { text } = useText("dashboards");
  const may = useMay();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Search;
  const offered = Object.keys(READS).filter((name) => READS[name]?.some(may));
  const name = search.name && offered.includes(search.name) ? search.name : offered[0];
  const go = (next: Search) => navigate({ to: ".", search: { ...search, ...next } as never, replace: true });
  usePageTitle(text("dashboards.title"));
  if (!name) return <Text c="dimmed">{text("dashboards.none")}</Text>;
  return (
    <Stack className="page">
      <Group justify="space-between" align="flex-end">
        <Title order={1} size="h3">
          {text("dashboards.title")}
        </Title>
        <PeriodPicker search={search} onChange={go} />
      </Group>
      <Tabs value={name} onChange={(next) => go({ name: next ?? undefined })} keepMounted={false}>
        <Tabs.List>
          {offered.map((tab) => (
            <Tabs.Tab key={tab} value={tab}>
              {text(`dashboards.name.${tab}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={name} pt="md">
          <Figures name={name} from={search.from_date} to={search.to_date} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Figures({ name, from, to }: { name: string; from?: string; to?: string }) {
  const { text, time, date, number } = useText("dashboards");
  const read = useQuery({
    queryKey: ["dashboard", name, from, to],
    queryFn: ({ signal }) =>
      data(
        api.GET("/v1/dashboards/{name}", {
          params: { path: { name }, query: { from_date: from, to_date: to } },
          signal,
        }),
      ),
    placeholderData: (previous) => (previous?.name === name ? keepPreviousData(previous) : undefined),
    staleTime: 60_000,
  });
  usePainted("DASHBOARD", read.isSuccess && !read.isPlaceholderData);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={480} />;
  const { widgets, as_of, lag_seconds, from_date, to_date } = read.data;
  const period = { from: from_date, to: to_date };
  const figures = widgets.filter(({ kind }) => kind === "number");
  const drawings = widgets.filter(({ kind }) => kind !== "number");
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {text("dashboards.period", { from: date(from_date), to: date(to_date) })}
        {as_of && ` · ${text("dashboards.as_of", { time: time(as_of) })}`}
        {lag_seconds > LATE_S && ` · ${text("dashboards.lag", { minutes: number(Math.round(lag_seconds / 60)) })}`}
      </Text>
      {!widgets.length && <Alert color="gray">{text("dashboards.none")}</Alert>}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, xl: 4 }}>
        {figures.map((widget) => (
          <WidgetCard key={widget.name} widget={widget} period={period} />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {drawings.map((widget) => (
          <WidgetCard key={widget.name} widget={widget} period={period} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

const CUSTOM = "custom";

/** The periods that are offered by name, up to today. */
function presets(): Record<string, Search> {
  const today = new Date(serverNow()).toISOString().slice(0, 10);
  const quarter = String(3 * Math.floor((Number(today.slice(5, 7)) - 1) / 3) + 1).padStart(2, "0");
  return {
    days_365: {},
    days_90: { from_date: dayAfter(today, -89), to_date: today },
    days_30: { from_date: dayAfter(today, -29), to_date: today },
    quarter: { from_date: `${today.slice(0, 4)}-${quarter}-01`, to_date: today },
    year: { from_date: `${today.slice(0, 4)}-01-01`, to_date: today },
  };
}

function PeriodPicker({ search, onChange }: { search: Search; onChange: (period: Search) => void }) {
  const { text } = useText("dashboards");
  const offered = presets();
  const { from_date, to_date } = search;
  const chosen =
    Object.keys(offered).find((name) => offered[name]?.from_date === from_date && offered[name]?.to_date === to_date) ??
    CUSTOM;
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label={text("dashboards.choose_period")}
        data={[...Object.keys(offered), CUSTOM].map((name) => ({
          value: name,
          label: text(`dashboards.period.${name}`),
        }))}
        value={chosen}
        allowDeselect={false}
        onChange={(name) => {
          const period = offered[name ?? ""] ?? offered.days_90;
          onChange({ from_date: period?.from_date, to_date: period?.to_date });
        }}
        w={180}
      />
      {chosen === CUSTOM || from_date ? (
        <>
          <TextInput
            type="date"
            label={text("dashboards.from")}
            value={from_date ?? ""}
            max={to_date}
            onChange={({ currentTarget: { value } }) => value && onChange({ from_date: value, to_date })}
          />
          <TextInput
            type="date"
            label={text("dashboards.to")}
            value={to_date ?? ""}
            min={from_date}
            onChange={({ currentTarget: { value } }) => value && onChange({ from_date, to_date: value })}
          />
        </>
      ) : null}
    </Group>
  );
}
