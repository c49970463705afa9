/** How days are called in the person's language. */
import { useMemo } from "react";
import { useText } from "@/shared/i18n";

export function useDayNames() {
  const { language } = useText("tasks");
  return useMemo(() => {
    const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options }); // biome-ignore format: one line
    const [full, month, weekday, range] = [
      format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
      format({ month: "long", year: "numeric" }),
      format({ weekday: "short" }),
      format({ day: "numeric", month: "short", year: "numeric" }),
    ] as const;
    const at = (day: string) => new Date(day);
    return {
      full: (day: string) => full.format(at(day)),
      month: (day: string) => month.format(at(day)),
      weekday: (day: string) => weekday.format(at(day)),
      range: (days: readonly string[]) => range.formatRange(at(days[0] as string), at(days.at(-1) as string)),
    };
  }, [language]);
}
