/** A record with the description of its kind and the titles of all records that it refers to. */
import { useRecord } from "@/shared/api/records";
import { useDescription } from "@/shared/describe";
import { useLimited } from "./access";

export function useDescribedRecord(resource: string, id: string, asOf = "") {
  const description = useDescription(resource);
  const references = description.fields.filter((field) => field.reference && field.can_read).map(({ name }) => name);
  return { description: useLimited(description, id), read: useRecord(resource, id, references, asOf) };
}
