/** Chooses records of another resource by a few letters of their titles. */
import { type ComboboxProps, Loader, MultiSelect, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listPage } from "@/shared/api/records";
import { descriptionOf, type Field, useSummaryOf } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { useMatching } from "@/shared/list/matching";

const MOST = 20;

type Common = {
  field: Field;
  label?: string;
  "aria-label"?: string;
  error?: string;
  autoFocus?: boolean;
  comboboxProps?: ComboboxProps;
};

/** The records that a field may refer to, those first that match what was typed. */
function useChoices(field: Field, asked: string) {
  const resource = useSummaryOf(field.reference);
  const title = resource?.title_field ?? "id";
  const description = useQuery({
    ...descriptionOf(resource?.plural ?? ""),
    enabled: Boolean(resource?.can_list),
  }).data;
  const filter = useMatching(description, asked);
  const { data, isFetching } = useQuery({
    queryKey: ["choices", resource?.plural, filter],
    queryFn: ({ signal }) =>
      listPage(
        {
          resource: resource?.plural ?? "",
          filter,
          fields: ["id", title],
          pageSize: MOST,
        },
        "",
        signal,
      ),
    enabled: filter !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const choices = (data?.rows ?? []).map((row) => ({ value: row.id, label: String(row[title] || row.id) }));
  return { choices, isFetching };
}

type Props = Common & { value: string | null; name?: string; onChange: (id: string | null) => void };

export function ReferenceInput({ field, value, name, onChange, comboboxProps, ...shown }: Props) {
  const { text } = useText();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), 150);
  const [chosen, setChosen] = useState(name);
  const { choices, isFetching } = useChoices(field, asked !== chosen ? asked : "");
  if (value && !choices.some((choice) => choice.value === value)) choices.unshift({ value, label: chosen ?? "…" });
  return (
    <Select
      {...shown}
      data={choices}
      value={value}
      onChange={(id, option) => {
        setChosen(option?.label);
        onChange(id);
      }}
      searchable
      clearable={!field.required}
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      placeholder={text("field.choose")}
      nothingFoundMessage={text("field.nothing")}
      rightSection={isFetching ? <Loader size={14} /> : undefined}
      withAsterisk={field.required}
      comboboxProps={comboboxProps}
    />
  );
}

type SeveralProps = Common & {
  value: readonly string[];
  names: Readonly<Record<string, string>>;
  onChange: (ids: string[]) => void;
};

/** Chooses several records. */
export function ReferencesInput({ field, value, names, onChange, comboboxProps, ...shown }: SeveralProps) {
  const { text } = useText();
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), 150);
  const [chosen, setChosen] = useState(names);
  const { choices, isFetching } = useChoices(field, asked);
  const known = new Set(choices.map((choice) => choice.value));
  const others = value.filter((id) => !known.has(id)).map((id) => ({ value: id, label: chosen[id] ?? "…" }));
  return (
    <MultiSelect
      {...shown}
      data={[...choices, ...others]}
      value={[...value]}
      onChange={(ids) => {
        setChosen({ ...chosen, ...Object.fromEntries(choices.map((choice) => [choice.value, choice.label])) });
        onChange(ids);
      }}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      filter={({ options }) => options}
      maxValues={field.limits?.max_items ?? undefined}
      placeholder={value.length ? undefined : text("field.choose")}
      nothingFoundMessage={text("field.nothing")}
      rightSection={isFetching ? <Loader size={14} /> : undefined}
      withAsterisk={field.required}
      comboboxProps={comboboxProps}
    />
  );
}
