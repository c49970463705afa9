/** Figures of how long people waited, in the form in which they are shown. */
import type { Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";

type Sent = Told<components["schemas"]["ConsoleTimingFigures"]>;
/** The server names a page and a measure always. */
export type Figures = Omit<Sent, "page" | "measure"> & { page: string; measure: string };

/** What people wait for: a kind of page, and what is measured there. */
export type Subject = { page: string; measure: string; limit: number };

export const keyOf = ({ page, measure }: Pick<Subject, "page" | "measure">) => `${measure}.${page}`;

/** Above this, and not only here and there, it is too slow. */
export const isOver = ({ p75, limit }: Pick<Figures, "p75" | "limit">) => limit > 0 && p75 > limit;

/** What there are figures of, each once. */
export function subjectsOf(figures: readonly Figures[]): Subject[] {
  const found = new Map(
    figures.map(({ page, measure, limit }) => [keyOf({ page, measure }), { page, measure, limit }]),
  );
  return [...found.values()];
}

/** A row for each day from the first to the last that has figures; days without are empty. */
export function daysOf(days: readonly Figures[], subject: Subject): { date: string; figures: Figures | null }[] {
  const own = days.filter((one) => keyOf(one) === keyOf(subject));
  const byDate = new Map(own.map((one) => [one.date, one]));
  const dates = [...byDate.keys()].sort();
  const first = dates[0];
  const last = dates.at(-1);
  if (!first || !last) return [];
  const found = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10);
    found.push({ date, figures: byDate.get(date) ?? null });
  }
  return found;
}
