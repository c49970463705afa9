import type { Json } from "@/shared/api/client";

/** Whether a field has no value: false and 0 are values. */
export const isEmpty = (value: Json): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
