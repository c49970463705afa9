/** How the suite looks to the person. What is left empty is as the organisation has it. */
import { Select, Skeleton } from "@mantine/core";
import { type Preferences, useChoose, usePreferences } from "@/shared/api/preferences";
import { useSummaries } from "@/shared/describe";
import { currencies, languages, MOST_SHOWN, type Choice as Option, timeZones } from "@/shared/fields/codes";
import { useText } from "@/shared/i18n";

type Choice = "language" | "time_zone" | "currency" | "date_format" | "density" | "theme" | "start_page";

export function Choices() {
  const { text, label, language } = useText("profile");
  const told = usePreferences();
  const choose = useChoose();
  const summaries = useSummaries();
  if (!told?.preferences || !told.effective) return <Skeleton height={220} />;
  const { preferences, effective } = told;

  const worded = (field: "date_format" | "density" | "theme", names: string[]): Option[] =>
    names.map((name) => ({ value: name, label: text(`preference.${field}.${name}`) }));
  const options: Record<Choice, Option[]> = {
    language: languages(language),
    time_zone: timeZones(),
    currency: currencies(language),
    date_format: worded("date_format", ["ISO", "DAY_FIRST", "MONTH_FIRST"]),
    density: worded("density", ["COMFORTABLE", "COMPACT"]),
    theme: worded("theme", ["SYSTEM", "LIGHT", "DARK"]),
    start_page: [
      { value: "/", label: text("shell.home") },
      ...summaries
        .filter((summary) => summary.can_list)
        .map((summary) => ({ value: `/${summary.plural}`, label: label(summary.plural_label) })),
    ],
  };
  return (
    <div className="inputs">
      {(Object.keys(options) as Choice[]).map((field) => {
        const usual = options[field].find(({ value }) => value === effective[field])?.label ?? effective[field] ?? "";
        return (
          <Select
            key={field}
            label={text(`preference.${field}`)}
            data={options[field]}
            value={preferences[field] || null}
            onChange={(value) => choose.mutate({ [field]: value } as Partial<Preferences>)}
            placeholder={text("preference.usual", { value: usual })}
            limit={MOST_SHOWN}
            searchable={options[field].length > 10}
            clearable
          />
        );
      })}
    </div>
  );
}
