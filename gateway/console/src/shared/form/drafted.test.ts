import { expect, test } from "vitest";
import type { Field } from "@/shared/describe";
import { drafted } from "./drafted";

const field = (name: string, more: Partial<Field> = {}) =>
  ({ name, type: "STRING", can_write: true, read_only: false, required: false, repeated: false, format: "", reference: "", fields: [], ...more }) as unknown as Field; // biome-ignore format: one line

const EMAILS = field("emails", {
  type: "MESSAGE",
  repeated: true,
  fields: [field("address", { format: "EMAIL", required: true }), field("type")],
} as Partial<Field>);

test("a half typed address is none yet", () => {
  expect(drafted([EMAILS, field("last_name")], { last_name: "Lee", emails: [{ address: "ada@" }] })).toEqual({
    last_name: "Lee",
  });
  expect(drafted([EMAILS], { emails: [{ address: "ada@acme.example", type: "work" }, {}] })).toEqual({
    emails: [{ address: "ada@acme.example", type: "work" }],
  });
});

test("what every record has is waited for", () => {
  const fields = [field("name", { required: true } as Partial<Field>), field("city")];
  expect(drafted(fields, { city: "Berlin" })).toBeNull();
  expect(drafted(fields, { name: "Acme", city: "Berlin" })).toEqual({ name: "Acme", city: "Berlin" });
});

test("what says nothing about who is meant is not asked for", () => {
  const fields = [field("country", { format: "COUNTRY" }), field("time_zone", { format: "TIME_ZONE" })];
  expect(drafted(fields, { country: "Germany", time_zone: "Europe/Berlin" })).toBeNull();
  expect(drafted(fields, { country: "DE", time_zone: "Europe/Berlin" })).toEqual({ country: "DE" });
});

test("nothing typed is nothing to look for", () => {
  expect(drafted([field("last_name")], { last_name: "" })).toBeNull();
});
