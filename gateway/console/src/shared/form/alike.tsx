/** Records that look like one that is being typed, or that has just been written. */
import { Alert, Badge, Button, Group, List, Stack, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { call, type Json, type Told } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { type Action, type Description, type Field, fieldOf, useSummaries } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { drafted } from "./drafted";

export type LikelyDuplicate = Told<components["schemas"]["LikelyDuplicate"]>;

/** Somebody who types is not asked for at every letter. */
const PAUSE_MS = 400;
const SHOWN = 5;

type Props = { description: Description; action: Action; values: Json };

/** What looks like the draft, beside its form: always in its place, so that nothing moves when something is found. */
export default function Alike({ description, action, values }: Props) {
  const { text } = useText();
  const [draft] = useDebouncedValue(drafted(description.fields, values), PAUSE_MS);
  const found = useQuery({
    queryKey: ["alike", description.plural, draft],
    queryFn: ({ signal }): Promise<{ duplicates: LikelyDuplicate[] }> =>
      call("POST", action.path, { body: { [singular(description)]: draft }, signal }),
    enabled: draft !== null,
    placeholderData: keepPreviousData,
    // What cannot be asked for now is asked for with the next letter.
    retry: false,
  });
  const alike = (draft && found.data?.duplicates) || [];
  return (
    <section aria-label={text("alike.title")} aria-live="polite" className="alike">
      <Title order={3} size="h6" mb="xs">
        {text("alike.title")}
      </Title>
      {alike.length ? (
        <Entries description={description} alike={alike.slice(0, SHOWN)} />
      ) : (
        <Text size="sm" c="dimmed">
          {text("alike.none")}
        </Text>
      )}
    </section>
  );
}

const singular = ({ kind }: Description): string => kind.split(".").at(-1) ?? "";

/** Why the record was not written, what it looks like, and the way to write it all the same where that is allowed. */
export function Refused({ description, alike, onAnyway }: EntriesProps & { onAnyway: () => void }) {
  const { text } = useText();
  return (
    <Alert color="yellow" role="alert" title={text("problem.LIKELY_DUPLICATES")}>
      <Entries description={description} alike={alike} />
      {alike.every(({ confirmable }) => confirmable) && (
        <Button mt="sm" size="compact-sm" variant="light" onClick={onAnyway}>
          {text("alike.anyway")}
        </Button>
      )}
    </Alert>
  );
}

/** What is told after a record was written. */
export function Written({ description, alike }: EntriesProps) {
  const { text } = useText();
  return (
    <Stack gap={4}>
      <Text size="sm">{text("alike.told", { count: alike.length })}</Text>
      <Entries description={description} alike={alike} />
    </Stack>
  );
}

type EntriesProps = { description: Description; alike: LikelyDuplicate[] };

function Entries({ description, alike }: EntriesProps) {
  const { text } = useText();
  const summaries = useSummaries();
  const [field, method] = partsOf(description);
  const pluralOf = ({ record_type }: LikelyDuplicate) =>
    summaries.find(({ kind }) => kind.split(".").at(-1) === record_type)?.plural;
  return (
    <List spacing="xs" listStyleType="none" size="sm">
      {alike.map((one, place) => (
        <List.Item key={one.record_id || place}>
          <Named one={one} resource={pluralOf(one)} />
          {one.subtitle && (
            <Text size="xs" c="dimmed">
              {one.subtitle}
            </Text>
          )}
          {one.score > 0 && (
            <Group gap={4}>
              <Badge size="sm" variant="light" tt="none">
                {text("alike.percent", { percent: Math.round(one.score * 100) })}
              </Badge>
              <Reasons field={field} method={method} reasons={one.reasons} />
            </Group>
          )}
        </List.Item>
      ))}
    </List>
  );
}

/** The way to a record, opened beside the form, which is not finished. */
function Named({ one, resource }: { one: LikelyDuplicate; resource: string | undefined }) {
  const { text } = useText();
  if (!one.record_id || !resource) return <Text size="sm">{text("alike.hidden")}</Text>;
  return (
    <Link className="link" to="/$resource/$id" params={{ resource, id: one.record_id }} target="_blank">
      {one.title || one.record_id}
    </Link>
  );
}

/** The fields of a reason, as a description has them. */
export function partsOf(description: Description): [Field | undefined, Field | undefined] {
  const within = (fields: readonly Field[], name: string) => fields.find((one) => one.name === name);
  const reasons =
    fieldOf(description, "reasons") ?? within(fieldOf(description, "likely_duplicates")?.fields ?? [], "reasons");
  return [within(reasons?.fields ?? [], "field"), within(reasons?.fields ?? [], "method")];
}

type ReasonsProps = {
  field: Field | undefined;
  method: Field | undefined;
  reasons: readonly { field: string | null; method: string | null }[];
};

/** What two records have in common: "E-mail: the same". */
export function Reasons({ field, method, reasons }: ReasonsProps) {
  const { label } = useText();
  const name = (of: Field | undefined, value: string | null) => {
    const found = of?.values.find((one) => one.name === value);
    return found ? label(found.label) : (value ?? "");
  };
  return (
    <Text size="xs" c="dimmed">
      {reasons.map((one) => `${name(field, one.field)}: ${name(method, one.method)}`).join(" · ")}
    </Text>
  );
}
