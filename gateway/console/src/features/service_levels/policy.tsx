/** An SLA policy: for which tickets it holds, and what is promised by priority, in working time. */
import { Alert, Code, Paper, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { type Row, useUpdate } from "@/shared/api/records";
import { actionOf, type Description, type Field, fieldOf, useDescription } from "@/shared/describe";
import { enumLabel } from "@/shared/fields/value";
import { SaveBar } from "@/shared/form/save-bar";
import { useText } from "@/shared/i18n";
import { FilterBuilder } from "@/shared/list/filter-builder";
import { HeadedRecord } from "@/shared/record/headed-record";
import { useTell } from "@/shared/ui/problem";
import { lengthOf, minutesOf } from "./duration";

const RESOURCE = "sla_policies";

export default function Policy({ id }: { id: string }) {
  return (
    <HeadedRecord resource={RESOURCE} id={id} only={["name", "rank", "calendar_id"]}>
      {(description, record) => <Promises description={description} policy={record} />}
    </HeadedRecord>
  );
}

type Target = { kind: string; priority: string; minutes: number };

function Promises({ description, policy }: { description: Description; policy: Row }) {
  const { text } = useText("service_levels");
  const tell = useTell();
  const update = useUpdate(RESOURCE, () => tell.done(text("levels.saved")));
  const [condition, setCondition] = useState<string>(policy.condition);
  const [targets, setTargets] = useState<Target[]>(policy.targets);
  // What was typed and is no length cannot be saved.
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const may = Boolean(actionOf(description, "update")) && !policy.deleted_at;
  const isChanged = condition !== policy.condition || JSON.stringify(targets) !== JSON.stringify(policy.targets);
  return (
    <>
      {!may && <Alert color="gray">{text("levels.read_only")}</Alert>}
      <Condition filter={condition} may={may} onChange={setCondition} />
      <Targets
        field={fieldOf(description, "targets")}
        targets={targets}
        may={may}
        onChange={setTargets}
        onWrong={(cell, is) => {
          const next = new Set(wrong);
          if (is) next.add(cell);
          else next.delete(cell);
          setWrong(next);
        }}
      />
      {may && isChanged && wrong.size === 0 && (
        <SaveBar
          failure={update.error}
          saving={update.isPending}
          onSave={() => update.mutate({ row: policy, values: { condition, targets } })}
          onCancel={() => {
            setCondition(policy.condition);
            setTargets(policy.targets);
            update.reset();
          }}
        />
      )}
    </>
  );
}

type ConditionProps = { filter: string; may: boolean; onChange: (filter: string) => void };

function Condition({ filter, may, onChange }: ConditionProps) {
  const { text } = useText("service_levels");
  const tickets = useDescription("tickets");
  const title = text("levels.condition");
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h5">
          {title}
        </Title>
        {filter ? <Code block>{filter}</Code> : <Text size="sm">{text("levels.every_ticket")}</Text>}
        {may && <FilterBuilder description={tickets} filter={filter} onChange={onChange} />}
        <Text size="xs" c="dimmed">
          {text("levels.rank_help")}
        </Text>
      </Stack>
    </Paper>
  );
}

type TargetsProps = {
  field: Field | undefined;
  targets: Target[];
  may: boolean;
  onChange: (targets: Target[]) => void;
  onWrong: (cell: string, is: boolean) => void;
};

function Targets({ field, targets, may, onChange, onWrong }: TargetsProps) {
  const texts = useText("service_levels");
  const { text, label } = texts;
  const title = text("levels.targets");
  const [kinds, priorities] = ["kind", "priority"].map((name) => field?.fields.find((part) => part.name === name));
  if (!kinds || !priorities) return null;
  const set = (kind: string, priority: string, minutes: number | null) => {
    const others = targets.filter((target) => target.kind !== kind || target.priority !== priority);
    onChange(minutes === null ? others : [...others, { kind, priority, minutes }]);
  };
  const minutesFor = (kind: string, priority: string) =>
    targets.find((target) => target.kind === kind && target.priority === priority)?.minutes ?? null;
  // What is urgent comes first.
  const rows = [...priorities.values].reverse();
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h5">
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {text(may ? "levels.targets_help" : "levels.targets_read")}
      </Text>
      <Table.ScrollContainer minWidth={320}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{label(priorities.label)}</Table.Th>
              {kinds.values.map(({ name }) => (
                <Table.Th key={name}>{enumLabel(kinds, name, texts)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ name: priority }) => (
              <Table.Tr key={priority}>
                <Table.Th scope="row" fw={500}>
                  {enumLabel(priorities, priority, texts)}
                </Table.Th>
                {kinds.values.map(({ name: kind }) => (
                  <Table.Td key={kind}>
                    <Length
                      key={minutesFor(kind, priority)}
                      title={`${enumLabel(kinds, kind, texts)}, ${enumLabel(priorities, priority, texts)}`}
                      minutes={minutesFor(kind, priority)}
                      may={may}
                      onChange={(minutes) => set(kind, priority, minutes)}
                      onWrong={(is) => onWrong(`${kind}.${priority}`, is)}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

type LengthProps = {
  title: string;
  minutes: number | null;
  may: boolean;
  onChange: (minutes: number | null) => void;
  onWrong: (is: boolean) => void;
};

/** A length of working time; empty promises nothing. It is read when it is left. */
function Length({ title, minutes, may, onChange, onWrong }: LengthProps) {
  const { text } = useText("service_levels");
  const [typed, setTyped] = useState(minutes === null ? "" : lengthOf(minutes));
  const [wrong, setWrong] = useState(false);
  if (!may) return typed || "—";
  const take = () => {
    const read = typed.trim() === "" ? null : (minutesOf(typed) ?? 0);
    setWrong(read === 0);
    onWrong(read === 0);
    if (read === 0) return;
    if (read !== minutes) onChange(read);
    else if (read !== null) setTyped(lengthOf(read));
  };
  return (
    <TextInput
      size="xs"
      maw={140}
      aria-label={title}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === "Enter" && take()}
      error={wrong && text("levels.no_length")}
      placeholder="—"
    />
  );
}
