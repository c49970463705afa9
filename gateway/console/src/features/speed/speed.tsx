/** How long people wait for the console: by page, measure and version, and day by day. */
import { Badge, Group, Paper, SegmentedControl, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";
import { api, data } from "@/shared/api/client";
import { useText } from "@/shared/i18n";
import { usePageTitle } from "@/shared/ui/page-title";
import { Failed } from "@/shared/ui/problem";
import { daysOf, type Figures, isOver, keyOf, type Subject, subjectsOf } from "./figures";

const Chart = lazy(() => import("@/features/dashboards/chart"));

const PERIODS = ["7", "14", "30", "90"];
const CHART_PX = 280;

type Search = { days?: string };

export default function Speed() {
  const { text } = useText("speed");
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Search;
  const days = PERIODS.find((period) => period === String(search.days)) ?? "14";
  const read = useQuery({
    queryKey: ["speed", days],
    queryFn: async ({ signal }) => {
      const answer = await data(api.GET("/v1/console_timings", { params: { query: { days: Number(days) } }, signal }));
      return answer as { figures: Figures[]; days: Figures[] };
    },
  });
  usePageTitle(text("speed.title"));
  return (
    <Stack className="page">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {text("speed.title")}
        </Title>
        <SegmentedControl
          aria-label={text("speed.period")}
          value={days}
          onChange={(next) => navigate({ to: ".", search: { days: next } as never, replace: true })}
          data={PERIODS.map((value) => ({ value, label: text("speed.days", { count: Number(value) }) }))}
        />
      </Group>
      <Text size="sm" c="dimmed">
        {text("speed.explained")}
      </Text>
      {read.error && <Failed error={read.error} retry={() => read.refetch()} />}
      {read.isPending && <Skeleton height={300} />}
      {read.data && !read.data.figures.length && <Text c="dimmed">{text("speed.none")}</Text>}
      {read.data &&
        subjectsOf(read.data.figures).map((subject) => (
          <Part key={keyOf(subject)} subject={subject} figures={read.data.figures} days={read.data.days} />
        ))}
    </Stack>
  );
}

type PartProps = { subject: Subject; figures: readonly Figures[]; days: readonly Figures[] };

function Part({ subject, figures, days }: PartProps) {
  const { text } = useText("speed");
  const own = figures.filter((one) => keyOf(one) === keyOf(subject));
  const title = `${text(`speed.measure.${subject.measure}`)}: ${text(`speed.page.${subject.page}`)}`;
  const slow = own.some(isOver);
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {subject.limit > 0 && (
          <Badge variant="light" tt="none" color={slow ? "red" : "teal"}>
            {text(slow ? "speed.over" : "speed.within", { budget: subject.limit })}
          </Badge>
        )}
      </Group>
      <Versions figures={own} />
      <Trend title={title} subject={subject} days={days} />
    </Paper>
  );
}

const SHARES = ["p50", "p75", "p95"] as const;

function Versions({ figures }: { figures: readonly Figures[] }) {
  const { text, number } = useText("speed");
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text("speed.version")}</Table.Th>
            {SHARES.map((share) => (
              <Table.Th key={share} ta="right">
                {text(`speed.${share}`)}
              </Table.Th>
            ))}
            <Table.Th ta="right">{text("speed.count")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.map((one) => (
            <Table.Tr key={one.version}>
              <Table.Td>{one.version === "other" ? text("speed.other") : one.version}</Table.Td>
              {SHARES.map((share) => (
                <Table.Td
                  key={share}
                  ta="right"
                  style={{ whiteSpace: "nowrap" }}
                  c={share === "p75" && isOver(one) ? "red" : undefined}
                >
                  {text("speed.ms", { value: number(one[share]) })}
                </Table.Td>
              ))}
              <Table.Td ta="right">{number(Number(one.count))}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** How it was day by day, with the budget as a line; one day alone is no trend. */
function Trend({ title, subject, days }: { title: string; subject: Subject; days: readonly Figures[] }) {
  const { text, number, date } = useText("speed");
  const rows = useMemo(() => daysOf(days, subject), [days, subject]);
  const grid = useMemo(() => {
    const series: string[] = [...SHARES, ...(subject.limit ? ["budget"] : [])];
    const cell = (label: string, series: string, value: number | undefined) =>
      value === undefined ? null : { label, series, value: String(value), record_id: "" };
    return {
      unit: "ms",
      series,
      rows: rows.map(({ date: label, figures }) => ({
        label,
        cells: series.map((name) =>
          cell(label, name, name === "budget" ? subject.limit : figures?.[name as (typeof SHARES)[number]]),
        ),
      })),
    };
  }, [rows, subject]);
  if (rows.length < 2) return null;
  const labelOf = (label: string) => (grid.series.includes(label) ? text(`speed.${label}`) : date(label));
  return (
    <Suspense fallback={<Skeleton height={CHART_PX} />}>
      <Chart
        kind="line"
        grid={grid}
        title={title}
        labelOf={labelOf}
        format={(value) => text("speed.ms", { value: number(value) })}
        onSelect={ignore}
        onReady={ignore}
      />
    </Suspense>
  );
}

const ignore = () => undefined;
