/** The input of a field, chosen by what the contract says of it. */
import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Json } from "@/shared/api/client";
import { usePreferences } from "@/shared/api/preferences";
import type { Field } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { choicesOf, MOST_SHOWN } from "./codes";
import { ReferenceInput, ReferencesInput } from "./reference-input";
import type { Names } from "./value";

export type Errors = Readonly<Record<string, string[]>>;

type Props = {
  field: Field;
  value: Json;
  onChange: (value: Json) => void;
  /** Where the field stands: "emails.0.address". */
  path: string;
  errors: Errors;
  names: Names;
  autoFocus?: boolean;
  /** Without the label, in the cell of a table. */
  bare?: boolean;
};

const INPUT_TYPES: Record<string, string> = { EMAIL: "email", PHONE: "tel", URL: "url", DATE: "date" };

export function FieldInput(props: Props) {
  const { field, value, onChange, path, errors, names, autoFocus, bare } = props;
  const texts = useText();
  const common = {
    label: bare ? undefined : texts.label(field.label),
    "aria-label": bare ? texts.label(field.label) : undefined,
    error: errors[path]?.join(" "),
    withAsterisk: field.required,
    autoFocus,
    // A dialog gives the focus to what is marked like this, else to its first button.
    "data-autofocus": autoFocus || undefined,
    "data-field": path,
  };
  if (field.type === "MESSAGE") return field.repeated ? <Entries {...props} /> : <Parts {...props} />;
  if (field.reference && !field.repeated) {
    return <ReferenceInput field={field} value={value || null} name={names[value]} onChange={onChange} {...common} />;
  }
  if (field.reference) {
    return <ReferencesInput field={field} value={value ?? []} names={names} onChange={onChange} {...common} />;
  }
  if (field.type === "ENUM") {
    const choices = field.values.map(({ name, label }) => ({ value: name, label: texts.label(label) }));
    return field.repeated ? (
      <MultiSelect {...common} data={choices} value={value ?? []} onChange={onChange} searchable />
    ) : (
      <Select {...common} data={choices} value={value || null} onChange={onChange} clearable={!field.required} />
    );
  }
  if (field.type === "BOOLEAN") {
    return (
      <Switch
        label={common.label}
        aria-label={common["aria-label"]}
        error={common.error}
        checked={Boolean(value)}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (field.type === "MONEY") return <Money {...props} />;
  if (field.type === "INTEGER" || field.type === "NUMBER") {
    return (
      <NumberInput
        {...common}
        value={value ?? ""}
        onChange={(number) => onChange(number === "" ? null : Number(number))}
        min={field.limits?.minimum == null ? undefined : Number(field.limits.minimum)}
        max={field.limits?.maximum == null ? undefined : Number(field.limits.maximum)}
        allowDecimal={field.type === "NUMBER"}
        {...texts.separators}
      />
    );
  }
  if (field.type === "TIMESTAMP") {
    return (
      <TextInput
        {...common}
        type="datetime-local"
        value={value ? localTime(value) : ""}
        onChange={(event) =>
          onChange(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : null)
        }
      />
    );
  }
  const codes = field.repeated ? undefined : choicesOf(field.format ?? "", texts.language);
  if (codes) {
    return (
      <Select
        {...common}
        data={codes}
        value={value || null}
        onChange={(code) => onChange(code ?? "")}
        searchable
        clearable={!field.required}
        limit={MOST_SHOWN}
      />
    );
  }
  if (field.repeated) return <TagsInput {...common} value={value ?? []} onChange={onChange} />;
  const text = {
    ...common,
    value: value ?? "",
    maxLength: field.limits?.max_length ?? undefined,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (field.multiline) return <Textarea {...text} autosize minRows={2} maxRows={8} />;
  return <TextInput {...text} type={INPUT_TYPES[field.format ?? ""] ?? "text"} />;
}

/** A moment as the local time that an input of type datetime-local shows. */
function localTime(value: string): string {
  const moment = new Date(value);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "INR", "CNY"];

function Money({ field, value, onChange, path, errors, autoFocus, bare }: Props) {
  const { text, label, separators } = useText();
  const preferred = usePreferences()?.effective?.currency || "EUR";
  const money = { amount: value?.amount ?? "", currency: value?.currency || preferred };
  const error = [path, `${path}.amount`, `${path}.currency`].flatMap((place) => errors[place] ?? []).join(" ");
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <NumberInput
        style={{ flex: 1 }}
        label={bare ? undefined : label(field.label)}
        aria-label={bare ? label(field.label) : undefined}
        error={error}
        withAsterisk={field.required}
        value={money.amount}
        onChange={(amount) => onChange(amount === "" ? null : { ...money, amount: String(amount) })}
        {...separators}
        autoFocus={autoFocus}
        data-autofocus={autoFocus || undefined}
        data-field={path}
      />
      <Select
        w={90}
        aria-label={text("field.currency")}
        data={CURRENCIES.includes(money.currency) ? CURRENCIES : [money.currency, ...CURRENCIES]}
        value={money.currency}
        onChange={(currency) => onChange({ ...money, currency })}
        allowDeselect={false}
        searchable
      />
    </Group>
  );
}

/** The fields of an object. */
function Parts({ field, value, onChange, path, errors, names }: Props) {
  const { label } = useText();
  return (
    <Fieldset legend={label(field.label)}>
      <Inputs fields={field.fields} value={value} onChange={onChange} path={path} errors={errors} names={names} />
    </Fieldset>
  );
}

/** A list of objects, such as addresses or the lines of a deal. */
function Entries({ field, value, onChange, path, errors, names }: Props) {
  const { text, label } = useText();
  const entries: Json[] = value ?? [];
  const replace = (index: number, entry: Json) =>
    onChange(entries.map((old, place) => (place === index ? entry : old)));
  return (
    <Fieldset legend={label(field.label)}>
      <Stack gap="sm">
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity but their place
          <Group key={index} align="flex-start" wrap="nowrap">
            <div style={{ flex: 1 }}>
              <Inputs
                fields={field.fields}
                value={entry}
                onChange={(next) => replace(index, next)}
                path={`${path}.${index}`}
                errors={errors}
                names={names}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={26}
              aria-label={text("field.remove")}
              onClick={() => onChange(entries.filter((_, place) => place !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...entries, {}])}
          style={{ alignSelf: "flex-start" }}
        >
          {text("field.add")}
        </Button>
      </Stack>
    </Fieldset>
  );
}

type InputsProps = {
  fields: Field[];
  value: Json;
  onChange: (value: Json) => void;
  /** Where the object stands; "" for the record itself. */
  path: string;
  errors: Errors;
  names: Names;
  focus?: string;
};

/** The inputs of all fields of an object that the person may set. */
export function Inputs({ fields, value, onChange, path, errors, names, focus }: InputsProps) {
  return (
    <div className="inputs">
      {fields
        .filter((field) => field.can_write && !field.read_only)
        .map((field) => (
          <div key={field.name} className={field.type === "MESSAGE" || field.multiline ? "wide" : undefined}>
            <FieldInput
              field={field}
              value={value?.[field.name]}
              onChange={(next) => onChange({ ...value, [field.name]: next })}
              path={path ? `${path}.${field.name}` : field.name}
              errors={errors}
              names={names}
              autoFocus={focus === field.name}
            />
          </div>
        ))}
    </div>
  );
}
