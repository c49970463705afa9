/** Lengths of working time as people write them: "4 h 30 min", "90", "1:30". */

const MINUTES: Record<string, number> = { h: 60, min: 1, m: 1 };
const PART = /^(\d+(?:[.,]\d+)?)\s*(h|min|m)\s*/;

/** The minutes of a length; null if it is none. A number alone means minutes. */
export function minutesOf(text: string): number | null {
  const clock = /^(\d+):([0-5]\d)$/.exec(text.trim());
  if (clock) return Number(clock[1]) * 60 + Number(clock[2]);
  if (/^\d+$/.test(text.trim())) return Number(text.trim());
  let rest = text.trim().toLowerCase();
  let minutes = 0;
  while (rest) {
    const part = PART.exec(rest);
    if (!part) return null;
    minutes += Number((part[1] as string).replace(",", ".")) * (MINUTES[part[2] as string] as number);
    rest = rest.slice(part[0].length);
  }
  return text.trim() ? Math.round(minutes) : null;
}

/** The length of so many minutes. */
export function lengthOf(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours && `${hours} h`, (rest || !hours) && `${rest} min`].filter(Boolean).join(" ");
}
