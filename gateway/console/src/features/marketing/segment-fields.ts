/** What segments can be filtered by: fields of contacts and of their accounts, and what happened with them. */
import { useMemo } from "react";
import { type Field, fieldOf, useDescription } from "@/shared/describe";
import { useText } from "@/shared/i18n";

const OF_CONTACTS = [
  "country", "title", "department", "tags", "lead_source", "language", "preferred_channel", "owner_id", "territory_id",
  "account_id", "email", "first_name", "last_name", "created_at", "updated_at", "external_id",
]; // biome-ignore format: one line
const OF_ACCOUNTS = ["industry", "country", "employees", "name", "owner_id", "tags"];
const COUNTED = ["opportunities_won", "opportunities_open", "open_tickets", "campaigns_sent", "campaigns_responded"];
const COUNTED_OF_ACCOUNTS = ["opportunities_won", "opportunities_open", "open_tickets"];

export function useSegmentFields(): Field[] {
  const { text, label, language } = useText("marketing");
  const contacts = useDescription("contacts");
  const accounts = useDescription("accounts");
  return useMemo(() => {
    const usable = (field: Field, name = field.name, title = label(field.label)): Field => ({
      ...field,
      name,
      label: { [language]: title },
      filterable: true,
    });
    const model = fieldOf(contacts, "created_at");
    if (!model) return [];
    const figure = (name: string, type: Field["type"], of = ""): Field => ({
      ...usable(model, of ? `account.${name}` : name, `${of}${text(`marketing.field.${name}`)}`),
      type,
    });
    const ofAccount = `${label(accounts.label)}: `;
    return [
      ...OF_CONTACTS.flatMap((name) => fieldOf(contacts, name) ?? []).map((field) => usable(field)),
      ...COUNTED.map((name) => figure(name, "INTEGER")),
      figure("last_activity_at", "TIMESTAMP"),
      { ...figure("segment", "STRING"), reference: "crm.marketing.segment" },
      ...OF_ACCOUNTS.flatMap((name) => fieldOf(accounts, name) ?? []).map((field) =>
        usable(field, `account.${field.name}`, ofAccount + label(field.label)),
      ),
      ...COUNTED_OF_ACCOUNTS.map((name) => figure(name, "INTEGER", ofAccount)),
      figure("last_activity_at", "TIMESTAMP", ofAccount),
    ];
  }, [contacts, accounts, label, language, text]);
}
