/** The points of a widget as rows and series, as charts, tables and files need them. */
import type { Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

export type Widget = Told<components["schemas"]["Widget"]>;
export type Point = Told<components["schemas"]["DataPoint"]>;

/** Figures in one unit: a row per label, a cell per series; null where there is no figure. */
export type Grid = { unit: string; series: string[]; rows: { label: string; cells: (Point | null)[] }[] };

const CURRENCY = /^[A-Z]{3}$/;
export const isMoney = (unit: string): boolean => unit === "currency" || CURRENCY.test(unit);

/** What a row stands for: records of the same name are different rows. */
const keyOf = (point: Point): string => `${point.label}\n${point.record_id}`;

function gridOf(unit: string, points: readonly Point[], seriesOf: (point: Point) => string): Grid {
  const series = [...new Set(points.map(seriesOf))];
  const rows = new Map<string, Grid["rows"][number]>();
  for (const point of points) {
    const key = keyOf(point);
    const row = rows.get(key) ?? { label: point.label, cells: series.map(() => null) };
    row.cells[series.indexOf(seriesOf(point))] = point;
    rows.set(key, row);
  }
  return { unit, series, rows: [...rows.values()] };
}

/** One grid, or one for each currency: amounts of different currencies are never on one scale. */
export function gridsOf({ unit, points }: Pick<Widget, "unit" | "points">): Grid[] {
  if (!isMoney(unit)) return [gridOf(unit, points, (point) => point.series)];
  const currencies = [...new Set(points.map((point) => point.series || unit))].sort();
  return currencies.map((currency) =>
    gridOf(
      currency,
      points.filter((point) => (point.series || unit) === currency),
      () => "",
    ),
  );
}

/** A cell that a spreadsheet would run as a formula is kept as text. */
const safe = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell);
const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** A file of RFC 4180. */
export const csvOf = (lines: readonly (readonly string[])[]): string =>
  lines.map((line) => line.map((cell) => quoted(safe(cell))).join(",")).join("\r\n");
