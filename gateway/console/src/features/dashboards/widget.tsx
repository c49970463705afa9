/** One figure or series: drawn, as a table, and as a file. */
import {
  ActionIcon,
  Anchor,
  Group,
  Menu,
  Paper,
  ScrollArea,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
  Tooltip,
} from "@mantine/core";
import { IconChartBar, IconDots, IconDownload, IconInfoCircle, IconPhoto, IconTable } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { enumLabel } from "@/shared/fields/value";
import { type Text as Texts, useText } from "@/shared/i18n";
import { type Period, type Target, targetOf } from "./drill";
import { csvOf, type Grid, gridsOf, isMoney, type Point, type Widget } from "./series";

const Chart = lazy(() => import("./chart"));

type Props = { widget: Widget; period: Period };

const titleOf = (widget: Widget, { textOr }: Texts): string => textOr(`dashboards.widget.${widget.name}`, widget.title);

/** What the figure means, with the version of its definition, which the server tells. */
const meaningOf = ({ name, definition }: Widget, { text, textOr }: Texts): string => {
  const meaning = textOr(`dashboards.meaning.${name}`, "");
  const version = /\(version (\d+)\)$/.exec(definition)?.[1];
  return meaning && version ? `${meaning} (${text("dashboards.version", { version })})` : definition;
};

/** A number in its unit. */
function formatted(value: number, unit: string, { number, money }: Texts, compact = false): string {
  if (isMoney(unit)) return unit === "currency" ? number(value) : money(value, unit, compact);
  if (unit === "percent") return number(value / 100, { style: "percent", maximumFractionDigits: 1 });
  if (unit === "days" || unit === "hours") {
    return number(value, { style: "unit", unit: unit.slice(0, -1), unitDisplay: "short", maximumFractionDigits: 1 });
  }
  return number(value, { maximumFractionDigits: 1 });
}

/** Words that figures are labelled with, as values of fields, months and days. */
function useLabels(): (label: string) => string {
  const texts = useText("dashboards");
  const { language, textOr, date } = texts;
  const tickets = useLabelled("tickets", ["status", "priority"]);
  const deals = useLabelled("opportunities", ["forecast_category"]);
  return useCallback(
    (label: string) => {
      const word = textOr(`dashboards.word.${label.replaceAll(" ", "_")}`, "");
      if (word) return word;
      if (/^\d{4}-\d{2}$/.test(label)) {
        const month = new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" });
        return month.format(new Date(`${label}-01`));
      }
      if (/^\d{4}-\d{2}-\d{2}$/.test(label)) return date(label);
      return tickets(label, texts) ?? deals(label, texts) ?? label;
    },
    [language, textOr, date, tickets, deals, texts],
  );
}

/** The names of enum values of a resource; undefined for what is none. */
function useLabelled(resource: string, fields: readonly string[]) {
  const description = useDescription(resource);
  const names = fields.join();
  return useCallback(
    (label: string, texts: Texts): string | undefined => {
      const field = names
        .split(",")
        .map((name) => fieldOf(description, name))
        .find((candidate) => candidate?.values.some(({ name }) => name === label));
      return field && enumLabel(field, label, texts);
    },
    [description, names],
  );
}

/** Where a point leads, if the person may see the list. */
function useTargets(widget: Widget, period: Period): (point: Point) => Target | null {
  const summaries = useSummaries();
  return useCallback(
    (point) => {
      const target = targetOf(widget.name, point, period);
      return target && summaries.some(({ plural, can_list }) => can_list && plural === target.resource) ? target : null;
    },
    [widget.name, period, summaries],
  );
}

export function WidgetCard(props: Props) {
  return (
    <Suspense fallback={<Skeleton height={120} />}>
      <Card {...props} />
    </Suspense>
  );
}

function Card({ widget, period }: Props) {
  const texts = useText("dashboards");
  const { text } = texts;
  const navigate = useNavigate();
  const labelOf = useLabels();
  const leads = useTargets(widget, period);
  const [asTable, setAsTable] = useState(widget.kind === "table");
  const pictures = useRef(new Map<string, () => string>());
  const grids = useMemo(() => gridsOf(widget), [widget]);
  const title = titleOf(widget, texts);
  const meaning = meaningOf(widget, texts);
  const drawn = widget.kind !== "table" && widget.kind !== "number";
  const onSelect = useCallback(
    (point: Point) => {
      const target = leads(point);
      if (target) navigate(addressOf(target));
    },
    [leads, navigate],
  );
  const keep = useCallback((unit: string, picture: () => string) => pictures.current.set(unit, picture), []);

  const saveTable = () => {
    const head = [title, text("dashboards.series"), text("dashboards.value"), text("dashboards.unit")];
    const lines = widget.points.map((point) => [
      labelOf(point.label),
      isMoney(widget.unit) ? "" : labelOf(point.series),
      point.value,
      isMoney(widget.unit) ? point.series || widget.unit : widget.unit,
    ]);
    const file = new Blob([`\uFEFF${csvOf([head, ...lines])}`], { type: "text/csv" });
    const address = URL.createObjectURL(file);
    save(address, `${widget.name} ${period.from} ${period.to}.csv`);
    URL.revokeObjectURL(address);
  };
  const savePictures = () => {
    for (const [unit, picture] of pictures.current) save(picture(), `${widget.name} ${unit} ${period.to}.png`);
  };

  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb="xs">
        <Group gap={4} wrap="nowrap">
          <Title order={2} size="h6">
            {title}
          </Title>
          <Tooltip label={meaning} multiline w={320} events={{ hover: true, focus: true, touch: true }}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`${text("dashboards.meaning")}: ${meaning}`}
            >
              <IconInfoCircle size={15} />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`${text("ui.more")}: ${title}`}>
              <IconDots size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {drawn && (
              <Menu.Item
                leftSection={asTable ? <IconChartBar size={14} /> : <IconTable size={14} />}
                onClick={() => setAsTable(!asTable)}
              >
                {text(asTable ? "dashboards.as_chart" : "dashboards.as_table")}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconDownload size={14} />} onClick={saveTable}>
              {text("dashboards.csv")}
            </Menu.Item>
            {drawn && !asTable && (
              <Menu.Item leftSection={<IconPhoto size={14} />} onClick={savePictures}>
                {text("dashboards.png")}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </Group>
      {!widget.points.length && (
        <Text size="sm" c="dimmed">
          {text("dashboards.no_figures")}
        </Text>
      )}
      {grids.map((grid) =>
        widget.kind === "number" ? (
          <Numbers key={grid.unit} grid={grid} labelOf={labelOf} leads={leads} />
        ) : asTable ? (
          <Rows key={grid.unit} title={title} grid={grid} labelOf={labelOf} leads={leads} />
        ) : (
          grid.rows.length > 0 && (
            <Drawing key={grid.unit} title={title} kind={widget.kind} {...{ grid, labelOf, onSelect, keep }} />
          )
        ),
      )}
    </Paper>
  );
}

function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

const addressOf = (target: Target) =>
  "id" in target
    ? ({ to: "/$resource/$id", params: { resource: target.resource, id: target.id } } as const)
    : ({ to: "/$resource", params: { resource: target.resource }, search: target.search } as const);

function Lead({ target, children }: { target: Target | null; children: ReactNode }) {
  if (!target) return children;
  return (
    <Anchor inherit renderRoot={(props) => <Link {...addressOf(target)} {...props} />}>
      {children}
    </Anchor>
  );
}

type PartProps = { grid: Grid; labelOf: (label: string) => string; leads: (point: Point) => Target | null };

function Numbers({ grid, labelOf, leads }: PartProps) {
  const texts = useText("dashboards");
  return (
    <Group gap="lg">
      {grid.rows.flatMap(({ label, cells }) =>
        cells.map(
          (point, index) =>
            point && (
              <Stack key={`${label} ${grid.series[index]}`} gap={0}>
                <Text size="xl" fw={700}>
                  <Lead target={leads(point)}>{formatted(Number(point.value), grid.unit, texts)}</Lead>
                </Text>
                <Text size="xs" c="dimmed">
                  {[label, grid.series[index] ?? ""].filter(Boolean).map(labelOf).join(", ")}
                </Text>
              </Stack>
            ),
        ),
      )}
    </Group>
  );
}

/** Whether every row has one figure, so that its series says something of the row, such as the stage of a deal. */
const isAttribute = ({ series, rows }: Grid): boolean =>
  series.length > 1 && rows.every(({ cells }) => cells.filter(Boolean).length === 1);

function Rows({ title, grid, labelOf, leads }: PartProps & { title: string }) {
  const texts = useText("dashboards");
  const attribute = isAttribute(grid);
  const value = isMoney(grid.unit) ? grid.unit : texts.text("dashboards.value");
  const heads = attribute
    ? [texts.text("dashboards.series"), value]
    : grid.series.map((name) => labelOf(name) || value);
  const cell = (point: Point | null) =>
    point ? <Lead target={leads(point)}>{formatted(Number(point.value), grid.unit, texts)}</Lead> : "—";
  return (
    <ScrollArea.Autosize mah={340}>
      <Table stickyHeader aria-label={title} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            {heads.map((head) => (
              <Table.Th key={head} ta="right">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {grid.rows.map(({ label, cells }, place) => {
            const only = cells.find(Boolean) ?? null;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: two records may have one name
              <Table.Tr key={place}>
                <Table.Th scope="row" fw={400}>
                  {labelOf(label)}
                </Table.Th>
                {attribute ? (
                  <>
                    <Table.Td ta="right">{labelOf(only?.series ?? "")}</Table.Td>
                    <Table.Td ta="right">{cell(only)}</Table.Td>
                  </>
                ) : (
                  cells.map((point, index) => (
                    <Table.Td key={grid.series[index]} ta="right">
                      {cell(point)}
                    </Table.Td>
                  ))
                )}
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

type DrawingProps = {
  title: string;
  kind: string;
  grid: Grid;
  labelOf: PartProps["labelOf"];
  onSelect: (point: Point) => void;
  keep: (unit: string, picture: () => string) => void;
};

function Drawing({ title, kind, grid, labelOf, onSelect, keep }: DrawingProps) {
  const texts = useText("dashboards");
  const format = useCallback((value: number) => formatted(value, grid.unit, texts, true), [grid.unit, texts]);
  const onReady = useCallback((picture: () => string) => keep(grid.unit, picture), [keep, grid.unit]);
  return (
    <Suspense fallback={<Skeleton height={280} />}>
      <Chart {...{ title, kind, grid, labelOf, format, onSelect, onReady }} />
    </Suspense>
  );
}
