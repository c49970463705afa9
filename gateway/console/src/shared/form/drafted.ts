/** What somebody has typed so far, as far as it is complete: a half typed address is none yet. */
import type { Json } from "@/shared/api/client";
import type { Field } from "@/shared/describe";
import { isEmpty } from "@/shared/fields/empty";

/** Texts of other formats say nothing about who is meant. */
const COMPLETE: Record<string, RegExp> = {
  "": /\S/,
  PHONE: /\d/,
  COUNTRY: /^[A-Z]{2}$/,
  EMAIL: /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/,
  URL: /^https?:\/\/[^\s/]+\.[^\s/.]{2,}/,
  DOMAIN: /^([\w-]+\.)+[\w-]{2,}$/,
  UUID: /^[0-9a-f-]{36}$/,
};

/** The texts of a draft that are complete; null if a field that every record has is missing. */
export function drafted(fields: readonly Field[], values: Json): Json | null {
  const found: Record<string, Json> = {};
  for (const field of fields) {
    if (!field.can_write || field.read_only) continue;
    const given = [values?.[field.name]].flat().filter((value) => !isEmpty(value));
    const kept = given.map((value) => told(field, value)).filter((value) => value !== null);
    if (kept.length) found[field.name] = field.repeated ? kept : kept[0];
    else if (field.required) return null;
  }
  return Object.keys(found).length ? found : null;
}

function told(field: Field, value: Json): Json | null {
  if (field.type === "MESSAGE") return drafted(field.fields, value);
  if (field.type === "ENUM") return value;
  if (field.type !== "STRING") return null;
  const form = COMPLETE[field.reference ? "UUID" : (field.format ?? "")];
  return form?.test(String(value).trim()) ? value : null;
}
