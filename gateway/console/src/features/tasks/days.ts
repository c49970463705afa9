/** Days of the calendar, as texts like "2026-11-29", and what of time falls on which. */

export type View = "day" | "week" | "month";
export const VIEWS: readonly View[] = ["day", "week", "month"];

const DAY_MS = 86_400_000;
const WEEK = 7;
/** A month never needs more rows than this, and the page does not jump when all have as many. */
const WEEKS_OF_A_MONTH = 6;

const moment = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayAt = (at: number): string => new Date(at).toISOString().slice(0, 10);

export const isDay = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(moment(text)) && dayAt(moment(text)) === text;

export const plusDays = (day: string, days: number): string => dayAt(moment(day) + days * DAY_MS);
export const daysBetween = (from: string, to: string): number => Math.round((moment(to) - moment(from)) / DAY_MS);

/** The Monday of its week, with which weeks begin (ISO 8601). */
export const mondayOf = (day: string): string => plusDays(day, -((new Date(moment(day)).getUTCDay() + 6) % WEEK));

const row = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => plusDays(from, index));

/** The days that a view shows around a day; those of a month begin with a Monday and fill whole weeks. */
export function daysOf(view: View, day: string): string[] {
  if (view === "day") return [day];
  if (view === "week") return row(mondayOf(day), WEEK);
  return row(mondayOf(`${day.slice(0, 8)}01`), WEEKS_OF_A_MONTH * WEEK);
}

/** The same view one step further: -1 is back. From a month into another one the day stays, as far as there is one. */
export function stepped(view: View, day: string, step: number): string {
  if (view !== "month") return plusDays(day, step * (view === "week" ? WEEK : 1));
  const first = new Date(moment(`${day.slice(0, 8)}01`));
  first.setUTCMonth(first.getUTCMonth() + step);
  const last = new Date(first);
  last.setUTCMonth(first.getUTCMonth() + 1, 0);
  return dayAt(first.getTime() + (Math.min(Number(day.slice(8)), last.getUTCDate()) - 1) * DAY_MS);
}

/** The day on which a moment falls where the person is. */
export const dayIn = (timeZone: string, at: string): string =>
  new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short" }).format(new Date(at));

const wallClock = (timeZone: string, at: number): string =>
  new Intl.DateTimeFormat("sv", { timeZone, timeStyle: "medium" }).format(at);

const seconds = (clock: string): number => clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

/** The moment at the same hour of another day, also when clocks are changed in between. */
export function movedTo(day: string, at: string, timeZone: string): string {
  const from = Date.parse(at);
  const moved = from + daysBetween(dayIn(timeZone, at), day) * DAY_MS;
  const shifted = seconds(wallClock(timeZone, moved)) - seconds(wallClock(timeZone, from));
  // A change of clocks is a matter of hours: what looks like most of a day has passed midnight.
  const half = 43_200;
  const drift = ((shifted + 3 * half) % (2 * half)) - half;
  return new Date(moved - drift * 1000).toISOString();
}
