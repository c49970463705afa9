/** The working hours of a week: stretches by ISO weekday, 1 is Monday. */
export type Hours = { weekday: number; start: string; end: string };

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const LAST_WORKDAY = 5;

/** The stretches of a day in order. */
export const hoursOf = (hours: readonly Hours[], weekday: number): Hours[] =>
  hours.filter((one) => one.weekday === weekday).sort((one, other) => one.start.localeCompare(other.start));

/** The hours with other stretches of a day. */
export const withDay = (hours: readonly Hours[], weekday: number, day: readonly Hours[]): Hours[] =>
  WEEKDAYS.flatMap((one) => (one === weekday ? day : hoursOf(hours, one)));

/** The hours with the stretches of Monday on every workday. */
export const likeMonday = (hours: readonly Hours[]): Hours[] =>
  WEEKDAYS.flatMap((weekday) =>
    weekday <= LAST_WORKDAY ? hoursOf(hours, 1).map((one) => ({ ...one, weekday })) : hoursOf(hours, weekday),
  );

/** One more stretch after those of the day; null if the day has no room. */
export function nextStretch(day: readonly Hours[], weekday: number): Hours | null {
  const end = day.at(-1)?.end;
  if (!end) return { weekday, start: "09:00", end: "17:00" };
  return end >= "23:00" ? null : { weekday, start: end, end: later(end) };
}

/** An hour after a time of the day, which ends at 24:00. */
function later(time: string): string {
  const [hour, minute] = time.split(":");
  return `${String(Number(hour) + 1).padStart(2, "0")}:${minute}`;
}

// An input of a time knows no 24:00; a stretch that ends at midnight ends with the day.
export const endShown = (end: string): string => (end === "24:00" ? "00:00" : end);
export const endOf = (shown: string): string => (shown === "00:00" ? "24:00" : shown);

/** Minutes of work in a week. */
export const minutesOfWeek = (hours: readonly Hours[]): number =>
  hours.reduce((sum, { start, end }) => sum + minuteOf(end) - minuteOf(start), 0);

const minuteOf = (time: string): number => {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
};
