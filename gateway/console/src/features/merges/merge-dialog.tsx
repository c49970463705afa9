/** Records side by side: which one stays, whose values it has, and what becomes of it. */
import { Button, Group, Modal, Radio, Skeleton, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Row } from "@/shared/api/records";
import { actionOf, editable, type Field, useDescription } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useTitles } from "@/shared/fields/titles";
import { isEmpty, type Names, Value } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { Failed, useTell } from "@/shared/ui/problem";
import { type Asked, type Mergeable, type MergedField, merge, mergedNow, preview, useUndo } from "./merging";

type Props = { resource: Mergeable; ids: readonly string[]; onClose: () => void };

export function MergeDialog({ resource, ids, onClose }: Props) {
  const { text, label } = useText("merges");
  const description = useDescription(resource);
  const [[survivor = "", ...losers], setRecords] = useState<readonly string[]>(ids);
  const [choices, setChoices] = useState<Record<string, string>>({});
  const client = useQueryClient();
  const navigate = useNavigate();
  const tell = useTell();
  const undo = useUndo(resource);
  const asked: Asked = { survivor, losers, choices };
  const shown = useQuery({
    queryKey: ["merges", "preview", resource, asked],
    queryFn: ({ signal }) => preview(resource, asked, signal),
    enabled: losers.length > 0,
    placeholderData: keepPreviousData,
  });
  const run = useMutation({
    mutationFn: () => merge(resource, asked, shown.data?.records ?? []),
    onSuccess: async (done) => {
      onClose();
      tell.undoable(text("merges.done", { count: losers.length + 1 }), () => undo(done.id));
      await mergedNow(client, resource);
      navigate({ to: "/$resource/$id", params: { resource, id: survivor } });
    },
    onError: tell.failed,
  });
  const stay = (id: string) => {
    setRecords([id, ...[survivor, ...losers].filter((one) => one !== id)]);
    setChoices({});
  };
  const other: Field = {
    ...(description.fields.find(({ name }) => name === "id") as Field),
    reference: description.kind,
  };
  const records = shown.data?.records ?? [];
  // In the order in which they were given, whichever stays.
  const columns = [...ids, ...[survivor, ...losers].filter((id) => !ids.includes(id))].flatMap(
    (id) => records.find((record) => record.id === id) ?? [],
  );
  const referred = (name: string) => records.map((record) => String(record[name] ?? ""));
  const names = {
    ...useTitles("users", referred("owner_id")),
    ...useTitles("territories", referred("territory_id")),
    ...useTitles("accounts", [...referred("account_id"), ...referred("parent_id")]),
  };
  const title = (record: Row) => String(record[description.title_field] || record.id);
  return (
    <Modal opened onClose={onClose} title={label(actionOf(description, "merge")?.label ?? {})} size="xl">
      <Stack>
        {ids.length < 2 && (
          <ReferenceInput
            field={other}
            label={text("merges.with")}
            value={losers[0] ?? null}
            onChange={(id) => setRecords(id && id !== ids[0] ? [...ids, id] : ids)}
          />
        )}
        {shown.error && <Failed error={shown.error} retry={() => shown.refetch()} />}
        {shown.isLoading && <Skeleton height={160} />}
        {shown.data && losers.length > 0 && (
          <>
            <Table.ScrollContainer minWidth={480}>
              <Table verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{text("merges.field")}</Table.Th>
                    {columns.map((record) => (
                      <Table.Th key={record.id}>
                        <Radio
                          name="survivor"
                          label={text("merges.stays", { name: title(record) })}
                          checked={record.id === survivor}
                          onChange={() => stay(record.id)}
                        />
                      </Table.Th>
                    ))}
                    <Table.Th>{text("merges.result")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {description.fields
                    .filter((field) => field.can_read && editable(field))
                    .filter(({ name }) => columns.some((record) => !isEmpty(record[name])))
                    .map((field) => (
                      <Line
                        key={field.name}
                        field={field}
                        columns={columns}
                        title={title}
                        result={shown.data.survivor}
                        decided={shown.data.fields.find((one) => one.field === field.name)}
                        chosen={choices[field.name]}
                        names={names}
                        onChoose={(id) => setChoices({ ...choices, [field.name]: id })}
                      />
                    ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Text size="sm" c="dimmed">
              {text("merges.moves")}
            </Text>
          </>
        )}
        <Group justify="flex-end" className="form-buttons">
          <Button variant="default" onClick={onClose}>
            {text("form.cancel")}
          </Button>
          <Button
            onClick={() => run.mutate()}
            loading={run.isPending}
            disabled={!losers.length || !shown.data || shown.isFetching || shown.isError}
          >
            {label(actionOf(description, "merge")?.label ?? {})}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type LineProps = {
  field: Field;
  columns: readonly Row[];
  title: (record: Row) => string;
  result: Row;
  decided?: MergedField;
  /** The record that the person has chosen, which the next preview takes into account. */
  chosen?: string;
  names: Names;
  onChoose: (id: string) => void;
};

/** One field: the value of each record, and that of the survivor. */
function Line({ field, columns, title, result, decided, chosen, names, onChoose }: LineProps) {
  const { text, label } = useText("merges");
  const name = label(field.label);
  const kept = chosen ?? decided?.source_ids[0];
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      {columns.map((record) => (
        <Table.Td key={record.id}>
          <Radio
            name={field.name}
            aria-label={text("merges.choose", { field: name, name: title(record) })}
            label={isEmpty(record[field.name]) ? "—" : <Value field={field} value={record[field.name]} names={names} />}
            checked={record.id === kept}
            onChange={() => onChoose(record.id)}
          />
        </Table.Td>
      ))}
      <Table.Td>
        <Value field={field} value={result[field.name]} names={names} />
        {decided && (
          <Text size="xs" c="dimmed">
            {text(`merges.rule.${decided.rule}`)}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
