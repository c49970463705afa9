/** Two records side by side, and what is decided about them. */
import { Badge, Button, Group, Paper, Skeleton, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import MergeWith from "@/features/merges/merge-with";
import { call } from "@/shared/api/client";
import { changed, type Row } from "@/shared/api/records";
import { type Action, actionOf, type Description, type Field, fieldOf, shown } from "@/shared/describe";
import { colourOf, enumLabel, isEmpty, type Names, plain, Value } from "@/shared/fields/value";
import { partsOf, Reasons } from "@/shared/form/alike";
import { useText } from "@/shared/i18n";
import { useDescribedRecord } from "@/shared/record/described-record";
import { usePageTitle } from "@/shared/ui/page-title";
import { Failed, useTell } from "@/shared/ui/problem";

const PLACES = [
  ["contacts", "contact_id"],
  ["contacts", "other_contact_id"],
  ["leads", "lead_id"],
  ["leads", "other_lead_id"],
  ["accounts", "account_id"],
  ["accounts", "other_account_id"],
] as const;

/** What says nothing about whether two records are the same. */
const LEFT_OUT = new Set(["likely_duplicates", "created_by", "custom"]);

type Side = { resource: string; id: string };

/** The two records that a pair names. */
const sidesOf = (pair: Row): Side[] =>
  PLACES.filter(([, name]) => pair[name]).map(([resource, name]) => ({ resource, id: pair[name] }));

export default function Pair({ id }: { id: string }) {
  const { description, read } = useDescribedRecord("duplicates", id);
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  const pair = read.data?.record;
  const [one, other] = pair ? sidesOf(pair) : [];
  if (!pair || !one || !other) return <Skeleton height={400} />;
  return (
    <Stack className="page">
      <Suspense fallback={<Skeleton height={400} />}>
        <Sides description={description} pair={pair} one={one} other={other} />
      </Suspense>
    </Stack>
  );
}

type SidesProps = { description: Description; pair: Row; one: Side; other: Side };

function Sides({ description, pair, one, other }: SidesProps) {
  const texts = useText("duplicates");
  const { text, label } = texts;
  const client = useQueryClient();
  const [different, setDifferent] = useState(false);
  const left = useDescribedRecord(one.resource, one.id);
  const right = useDescribedRecord(other.resource, other.id);
  const error = left.read.error ?? right.read.error;
  const titles = [left, right].map(({ description: of, read }) => String(read.data?.record[of.title_field] ?? ""));
  const title = text("duplicates.title", { one: titles[0] ?? "", other: titles[1] ?? "" });
  usePageTitle(title);
  if (error) return <Failed error={error} />;
  if (!left.read.data || !right.read.data) return <Skeleton height={400} />;
  const state = fieldOf(description, "state");
  const [field, method] = partsOf(description);
  const rows = rowsOf(left.description, right.description, left.read.data, right.read.data, texts);
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            {title}
          </Title>
          <Group gap="xs">
            {state && (
              <Badge variant="light" color={colourOf(pair.state)} tt="none">
                {enumLabel(state, pair.state, texts)}
              </Badge>
            )}
            <Text size="sm" c="dimmed">
              {text("duplicates.why")}:
            </Text>
            <Reasons field={field} method={method} reasons={pair.reasons ?? []} />
          </Group>
        </div>
        <Group gap="xs">
          {pair.state === "OPEN" && one.resource === other.resource && (
            <MergeWith
              resource={one.resource}
              ids={[one.id, other.id]}
              onDone={() => changed(client, "duplicates", pair.id)}
            />
          )}
          <Decision description={description} pair={pair} name="dismiss" when="OPEN" />
          <Decision description={description} pair={pair} name="reopen" when="NOT_DUPLICATE" />
        </Group>
      </Group>
      <Switch
        label={text("duplicates.only_different")}
        checked={different}
        onChange={(event) => setDifferent(event.currentTarget.checked)}
      />
      <Paper withBorder p="md">
        <Table.ScrollContainer minWidth={560}>
          <Table aria-label={title} layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w="24%">{text("duplicates.field")}</Table.Th>
                {[one, other].map(({ resource, id }, place) => (
                  <Table.Th key={id}>
                    <Link className="link" to="/$resource/$id" params={{ resource, id }}>
                      {titles[place] || "—"}
                    </Link>
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows
                .filter((row) => !different || row.differs)
                .map(({ name, labels, cells, differs }) => (
                  <Table.Tr key={name}>
                    <Table.Th scope="row" fw={differs ? 600 : 400}>
                      {label(labels)}
                    </Table.Th>
                    {cells.map((cell, place) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a cell is on the left or on the right
                      <Table.Td key={place}>
                        {cell && <Value field={cell.field} value={cell.value} names={cell.names} />}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </>
  );
}

type Cell = { field: Field; value: unknown; names: Names };
type Compared = { name: string; labels: Field["label"]; cells: [Cell | null, Cell | null]; differs: boolean };
type Read = { record: Row; names: Names };

/** The fields that either record has a value in, in the order of the contract. */
function rowsOf(
  one: Description,
  other: Description,
  left: Read,
  right: Read,
  texts: ReturnType<typeof useText>,
): Compared[] {
  const cellOf = (description: Description, { record, names }: Read, name: string): Cell | null => {
    const field = fieldOf(description, name);
    return field && shown(field) ? { field, value: record[name], names } : null;
  };
  const written = (cell: Cell | null) => (cell ? plain(cell.field, cell.value, cell.names, texts) : "");
  const fields = new Map([...one.fields, ...other.fields].map((field) => [field.name, field]));
  return [...fields.values()]
    .filter(({ name }) => !LEFT_OUT.has(name))
    .map((field): Compared => {
      const cells: Compared["cells"] = [cellOf(one, left, field.name), cellOf(other, right, field.name)];
      return { name: field.name, labels: field.label, cells, differs: written(cells[0]) !== written(cells[1]) };
    })
    .filter(({ cells }) => cells.some((cell) => cell && !isEmpty(cell.value)));
}

type DecisionProps = { description: Description; pair: Row; name: "dismiss" | "reopen"; when: string };

function Decision({ description, pair, name, when }: DecisionProps) {
  const action = actionOf(description, name);
  if (!action || pair.state !== when) return null;
  return <Decide action={action} pair={pair} said={name === "dismiss" ? "dismissed" : "reopened"} />;
}

function Decide({ action, pair, said }: { action: Action; pair: Row; said: string }) {
  const { text, label } = useText("duplicates");
  const client = useQueryClient();
  const tell = useTell();
  const decide = useMutation({
    mutationFn: () => call("POST", action.path.replace("{id}", pair.id), { body: { etag: pair.etag } }),
    onSuccess: () => tell.done(text(`duplicates.${said}`)),
    onError: tell.failed,
    onSettled: () => changed(client, "duplicates", pair.id),
  });
  return (
    <Button
      loading={decide.isPending}
      onClick={() => decide.mutate()}
      variant={pair.state === "OPEN" ? "filled" : "default"}
    >
      {label(action.label)}
    </Button>
  );
}
