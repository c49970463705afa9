import { useText } from "@/shared/i18n";

/** The day it is where the person is, like "2026-11-29". */
export function useToday(): string {
  const { timeZone } = useText();
  return new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short" }).format(new Date());
}
