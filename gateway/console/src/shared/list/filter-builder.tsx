/** Builds a filter from conditions, or takes it as text. */
import { ActionIcon, Button, Group, Popover, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { IconFilter, IconPlus, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { Description, Field } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useText } from "@/shared/i18n";
import { type Condition, conditionsOf, filterOf, isUnary, type Operator, operatorsOf } from "./filter";

/** Choices open inside the popover: a click outside of it would close it. */
const INSIDE = { withinPortal: false };

type Props = {
  description: Pick<Description, "fields">;
  filter: string;
  onChange: (filter: string) => void;
  /** Gets the filter while it is being built. */
  onDraft?: (filter: string) => void;
};

export function FilterBuilder({ description, filter, onChange, onDraft }: Props) {
  const { text } = useText();
  const [opened, setOpened] = useState(false);
  const count = filter ? (conditionsOf(filter)?.length ?? 1) : 0;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" width={560} trapFocus>
      <Popover.Target>
        <Button
          variant={count ? "light" : "default"}
          leftSection={<IconFilter size={16} />}
          onClick={() => setOpened(!opened)}
          aria-expanded={opened}
        >
          {text("list.filter")}
          {count > 0 && ` (${count})`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="95vw">
        {opened && (
          <Editor
            description={description}
            filter={filter}
            onDraft={onDraft}
            onApply={(next) => {
              onChange(next);
              setOpened(false);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Editor({
  description,
  filter,
  onApply,
  onDraft,
}: Omit<Props, "onChange"> & {
  onApply: Props["onChange"];
}) {
  const { text, label } = useText();
  const fields = description.fields.filter((field) => field.filterable && field.can_read && field.name !== "id");
  const first = fields[0]?.name ?? "";
  const parsed = conditionsOf(filter);
  const [conditions, setConditions] = useState<Condition[]>(
    parsed?.length ? parsed : [{ field: first, operator: operatorsOf(fields[0] as Field)[0] as Operator, value: "" }],
  );
  const [expression, setExpression] = useState<string | null>(parsed ? null : filter);
  const draft = expression ?? filterOf(conditions);
  useEffect(() => onDraft?.(draft), [onDraft, draft]);
  const replace = (index: number, next: Partial<Condition>) =>
    setConditions(conditions.map((old, place) => (place === index ? { ...old, ...next } : old)));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onApply(draft);
      }}
    >
      <Stack gap="xs">
        {expression !== null ? (
          <Textarea
            label={text("list.expression")}
            value={expression}
            onChange={(event) => setExpression(event.currentTarget.value)}
            autosize
            minRows={2}
            maxLength={2000}
          />
        ) : (
          conditions.map((condition, index) => {
            const field = fields.find(({ name }) => name === condition.field);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place
              <Group key={index} gap="xs" wrap="nowrap">
                <Select
                  aria-label={text("list.field")}
                  data={fields.map(({ name, label: names }) => ({ value: name, label: label(names) }))}
                  value={condition.field}
                  searchable
                  comboboxProps={INSIDE}
                  allowDeselect={false}
                  onChange={(name) => {
                    const chosen = fields.find((candidate) => candidate.name === name);
                    if (chosen) replace(index, { field: chosen.name, operator: operatorsOf(chosen)[0], value: "" });
                  }}
                />
                <Select
                  aria-label={text("list.operator")}
                  w={170}
                  comboboxProps={INSIDE}
                  data={(field ? operatorsOf(field) : []).map((name) => ({ value: name, label: text(`op.${name}`) }))}
                  value={condition.operator}
                  allowDeselect={false}
                  onChange={(operator) => replace(index, { operator: operator as Operator })}
                />
                <div style={{ flex: 1 }}>
                  {field && !isUnary(condition.operator) && (
                    <Operand field={field} value={condition.value} onChange={(value) => replace(index, { value })} />
                  )}
                </div>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={text("field.remove")}
                  onClick={() => setConditions(conditions.filter((_, place) => place !== index))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Group>
            );
          })
        )}
        <Group justify="space-between">
          {expression === null ? (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconPlus size={14} />}
              onClick={() => setConditions([...conditions, { field: first, operator: "=", value: "" }])}
            >
              {text("list.add_condition")}
            </Button>
          ) : (
            <span />
          )}
          <Group gap="xs">
            <Button
              variant="subtle"
              size="compact-sm"
              disabled={expression !== null && conditionsOf(expression) === null}
              onClick={() => {
                if (expression === null) setExpression(filterOf(conditions));
                else {
                  setConditions(conditionsOf(expression) ?? []);
                  setExpression(null);
                }
              }}
            >
              {text(expression === null ? "list.as_text" : "list.conditions")}
            </Button>
            <Button variant="default" size="compact-sm" onClick={() => onApply("")}>
              {text("list.clear")}
            </Button>
            <Button type="submit" size="compact-sm">
              {text("list.apply")}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

/** What a field is compared with. */
function Operand({ field, value, onChange }: { field: Field; value: string; onChange: (value: string) => void }) {
  const { text, label } = useText();
  const common = { "aria-label": text("list.value"), value };
  const choice = { ...common, comboboxProps: INSIDE };
  if (field.type === "ENUM") {
    const choices = field.values.map(({ name, label: names }) => ({ value: name, label: label(names) }));
    return <Select {...choice} data={choices} onChange={(name) => onChange(name ?? "")} />;
  }
  if (field.type === "BOOLEAN") {
    const choices = ["true", "false"].map((name) => ({
      value: name,
      label: text(name === "true" ? "field.yes" : "field.no"),
    }));
    return <Select {...choice} data={choices} onChange={(name) => onChange(name ?? "")} />;
  }
  if (field.reference) {
    return (
      <ReferenceInput
        field={field}
        value={value || null}
        onChange={(id) => onChange(id ?? "")}
        comboboxProps={INSIDE}
      />
    );
  }
  const type = field.format === "DATE" ? "date" : "text";
  return <TextInput {...common} type={type} onChange={(event) => onChange(event.currentTarget.value)} />;
}
