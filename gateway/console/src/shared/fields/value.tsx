/** A field of a record as people read it. */
import { Anchor, Badge, Group, Text } from "@mantine/core";
import { IconCheck, IconMinus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Json } from "@/shared/api/client";
import { type Field, useSummaryOf } from "@/shared/describe";
import { type Text as Texts, useText } from "@/shared/i18n";
import { isEmpty } from "./empty";

export { isEmpty };

export type Names = Record<string, string>;

const COLOURS: Record<string, string> = {
  WON: "teal", RESOLVED: "teal", CLOSED: "gray", CONVERTED: "teal", ACTIVE: "teal", SENT: "teal", DONE: "teal", COMPLETED: "teal",
  LOST: "red", URGENT: "red", BREACHED: "red", FAILED: "red", DISQUALIFIED: "gray", CANCELLED: "gray",
  HIGH: "orange", PENDING: "yellow", ON_HOLD: "yellow", OPEN: "blue", NEW: "blue", RUNNING: "blue", WORKING: "cyan", QUALIFIED: "teal",
}; // biome-ignore format: one line per colour

export const colourOf = (name: string): string => COLOURS[name] ?? "gray";

/** The label of an enum value in the person's language. */
export const enumLabel = (field: Field, name: string, { label }: Texts): string => {
  const value = field.values.find((candidate) => candidate.name === name);
  return value ? label(value.label) : name;
};

/** The value as one line of text, for titles, exports and comparisons. */
export function plain(field: Field, value: Json, names: Names, texts: Texts): string {
  if (isEmpty(value)) return "";
  if (Array.isArray(value)) return value.map((entry) => plain(field, entry, names, texts)).join(", ");
  switch (field.type) {
    case "ENUM":
      return enumLabel(field, value, texts);
    case "MONEY":
      return value.currency ? texts.money(value.amount, value.currency) : value.amount;
    case "TIMESTAMP":
      return texts.time(value);
    case "INTEGER":
    case "NUMBER":
      return texts.number(Number(value));
    case "BOOLEAN":
      return texts.text(value ? "field.yes" : "field.no");
    case "MESSAGE":
      return field.fields
        .filter((part) => part.type === "STRING" || part.type === "ENUM" || part.type === "MONEY")
        .map((part) => plain(part, value[part.name], names, texts))
        .filter(Boolean)
        .join(", ");
    case "STRUCT":
    case "MAP":
      return Object.entries(value)
        .map(([key, entry]) => `${key}: ${typeof entry === "object" ? JSON.stringify(entry) : entry}`)
        .join(", ");
  }
  if (field.reference) return names[value] ?? "…";
  if (field.format === "DATE") return texts.date(value);
  if (field.format === "COUNTRY") return texts.country(value);
  return String(value);
}

type Props = { field: Field; value: Json; names: Names };

export function Value({ field, value, names }: Props): ReactNode {
  const texts = useText();
  if (isEmpty(value)) return null;
  if (field.type === "BOOLEAN") {
    const Icon = value ? IconCheck : IconMinus;
    return <Icon size={16} aria-label={plain(field, value, names, texts)} />;
  }
  if (field.type === "TIMESTAMP") {
    return (
      <time dateTime={value} title={texts.time(value)}>
        {texts.ago(value)}
      </time>
    );
  }
  if (field.type === "ENUM") {
    return (
      <Group gap={4}>
        {[value].flat().map((name: string) => (
          <Badge key={name} variant="light" color={colourOf(name)} tt="none">
            {enumLabel(field, name, texts)}
          </Badge>
        ))}
      </Group>
    );
  }
  if (field.repeated && field.type === "STRING" && !field.reference) {
    return (
      <Group gap={4}>
        {value.map((entry: string) => (
          <Badge key={entry} variant="default" tt="none" fw={500}>
            {entry}
          </Badge>
        ))}
      </Group>
    );
  }
  if (field.reference) return <References field={field} ids={[value].flat()} names={names} />;
  const text = plain(field, value, names, texts);
  if (field.format === "EMAIL")
    return (
      <Anchor inherit href={`mailto:${value}`}>
        {text}
      </Anchor>
    );
  if (field.format === "PHONE")
    return (
      <Anchor inherit href={`tel:${value}`}>
        {text}
      </Anchor>
    );
  if (field.format === "URL" && /^https?:/.test(value)) {
    return (
      <Anchor inherit href={value} target="_blank" rel="noreferrer">
        {text}
      </Anchor>
    );
  }
  return field.multiline ? <Text style={{ whiteSpace: "pre-wrap" }}>{text}</Text> : text;
}

function References({ field, ids, names }: { field: Field; ids: string[]; names: Names }) {
  const resource = useSummaryOf(field.reference);
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ", "}
      {resource?.can_list && names[id] ? (
        <Link className="link" to="/$resource/$id" params={{ resource: resource.plural, id }}>
          {names[id]}
        </Link>
      ) : (
        (names[id] ?? "—")
      )}
    </span>
  ));
}
