/** What can be imported, and what the columns of a file can be mapped to. */
import type { Description, Field } from "@/shared/describe";

/** Kinds, with what a file of each may say beside the fields of its records. */
export const KINDS: Record<string, readonly string[]> = {
  contacts: ["account", "email", "phone", "mobile", "street", "city", "postal_code", "region", "address_country"],
  accounts: ["parent", "street", "city", "postal_code", "region", "address_country"],
  leads: ["last_activity"],
  opportunities: ["account", "contact", "owner", "product", "pipeline", "stage", "engaged_at", "lost_reason"],
  activities: ["account", "contact"],
  products: [],
  tickets: ["contact", "account", "status", "first_responded_at", "resolved_at"],
  campaigns: ["parent", "status"],
  campaign_members: ["campaign", "contact", "responded_at"],
  segments: [],
  teams: [],
  territories: ["parent"],
};

/** Several columns may be mapped to them. */
const MANY = new Set(["email", "phone", "mobile"]);
const NOT_BY_FILE: Record<string, readonly string[]> = {
  opportunities: ["pipeline_id", "stage_id"],
  campaign_members: ["campaign_id", "contact_id"],
};

export type ImportTarget = { name: string; label: Record<string, string>; many: boolean; field?: Field };

/** In the order of the contract; `textOf` names what is no field of the record, in each language. */
export function targetsOf(description: Description, textOf: (name: string) => Record<string, string>): ImportTarget[] {
  const { plural, fields } = description;
  const byName = new Map(fields.map((field) => [field.name, field]));
  const writable = fields.filter(
    ({ name, read_only: readOnly, can_write: may, type, repeated }) =>
      may &&
      !readOnly &&
      !["MESSAGE", "STRUCT", "MAP"].includes(type ?? "") &&
      !(type === "MONEY" && repeated) &&
      !NOT_BY_FILE[plural]?.includes(name),
  );
  const extra = (KINDS[plural] ?? []).filter((name) => !writable.some((field) => field.name === name));
  const named = (name: string): ImportTarget => {
    const field = byName.get(name);
    const label = (field?.label ?? byName.get(`${name}_id`)?.label ?? textOf(name)) as Record<string, string>;
    // "Account" takes what people call it, "Account (ID)" an id.
    const isId = name.endsWith("_id") && extra.includes(name.slice(0, -3));
    const shown = isId ? Object.fromEntries(Object.entries(label).map(([key, text]) => [key, `${text} (ID)`])) : label;
    return { name, label: shown, many: MANY.has(name) || Boolean(field?.repeated), field };
  };
  const currencies = writable.filter(({ type }) => type === "MONEY").map(({ name }) => `${name}_currency`);
  return [
    ...extra.map(named),
    ...writable.map(({ name }) => named(name)),
    ...currencies.map(named),
    named("created_at"),
  ];
}
