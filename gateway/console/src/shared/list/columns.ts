/** Which fields of a resource a list shows, and in which order; kept per resource in this browser. */
import { useLocalStorage } from "@mantine/hooks";
import { type Description, shown } from "@/shared/describe";

const USUAL = 7;
/** Seldom what somebody looks for in a list. */
const LAST = new Set(["created_by", "created_at", "updated_at", "external_id", "custom", "description", "lines"]);

/** The columns of somebody who has not chosen any: the title first. */
export function usualColumns(description: Description, suggested: readonly string[] = []): string[] {
  const fields = description.fields.filter(shown);
  const names = new Set(fields.map((field) => field.name));
  const wanted = suggested.filter((name) => names.has(name));
  if (wanted.length) return wanted;
  const rest = fields
    .filter(({ name, type }) => name !== description.title_field && !LAST.has(name) && type !== "MESSAGE")
    .map(({ name }) => name);
  return [description.title_field, ...rest].slice(0, USUAL);
}

export function useColumns(description: Description, suggested?: readonly string[]) {
  const usual = usualColumns(description, suggested);
  const [chosen, setChosen] = useLocalStorage<string[] | null>({
    key: `crm-columns:${description.plural}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const names = new Set(description.fields.filter(shown).map((field) => field.name));
  const columns = (chosen ?? usual).filter((name) => names.has(name));
  return [columns.length ? columns : usual, setChosen] as const;
}
