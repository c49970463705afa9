/** Conditions of a list as text of the filter language (docs/filters.md), and back as far as we wrote them. */
import type { Field } from "@/shared/describe";

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" | "IS NULL" | "IS NOT NULL";
export type Condition = { field: string; operator: Operator; value: string };

const UNARY: readonly Operator[] = ["IS NULL", "IS NOT NULL"];
export const isUnary = (operator: Operator): boolean => UNARY.includes(operator);

/** A text as a value of the filter language. */
export const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

const BARE = /^(-?\d+(\.\d+)?|\d{4}-\d{2}-\d{2}|true|false|now\(\)( [-+] \d+[smhdw])?)$/;

const written = ({ field, operator, value }: Condition): string =>
  isUnary(operator) ? `${field} ${operator}` : `${field} ${operator} ${BARE.test(value) ? value : quoted(value)}`;

/** All conditions must hold. */
export const filterOf = (conditions: readonly Condition[]): string =>
  conditions
    .filter(({ operator, value }) => isUnary(operator) || value !== "")
    .map(written)
    .join(" AND ");

const CONDITION =
  /^\s*(?<field>[a-z][a-z0-9_.]*)\s*(?:(?<unary>IS NOT NULL|IS NULL)|(?<operator><=|>=|!=|=|<|>|:)\s*(?:"(?<text>(?:[^"\\]|\\.)*)"|(?<bare>now\(\)(?: [-+] \d+[smhdw])?|[^\s"()]+)))\s*(?:AND\s+|$)/;

/** The conditions of a filter that is nothing but conditions joined by AND; null for any other. */
export function conditionsOf(filter: string): Condition[] | null {
  const conditions: Condition[] = [];
  let rest = filter.trim();
  while (rest) {
    const groups = CONDITION.exec(rest)?.groups;
    if (!groups) return null;
    conditions.push({
      field: groups.field as string,
      operator: (groups.unary ?? groups.operator) as Operator,
      value: groups.text?.replace(/\\(.)/g, "$1") ?? groups.bare ?? "",
    });
    rest = rest.slice((CONDITION.exec(rest)?.[0] ?? rest).length);
  }
  return conditions;
}

export const both = (...filters: (string | null | undefined)[]): string =>
  filters
    .filter((filter): filter is string => Boolean(filter))
    .map((filter, _, all) => (all.length > 1 ? `(${filter})` : filter))
    .join(" AND ");

/** What a field can be compared by. */
export function operatorsOf(field: Field): Operator[] {
  if (field.repeated) return [":", "IS NULL", "IS NOT NULL"];
  if (field.type === "ENUM" || field.type === "BOOLEAN" || field.reference || field.format === "UUID") {
    return ["=", "!=", "IS NULL", "IS NOT NULL"];
  }
  const ordered = ["INTEGER", "NUMBER", "MONEY", "TIMESTAMP"].includes(field.type ?? "") || field.format === "DATE";
  return ordered
    ? ["=", ">=", "<=", ">", "<", "IS NULL", "IS NOT NULL"]
    : ["=", "!=", ...(field.searchable ? ([":"] as const) : []), "IS NULL", "IS NOT NULL"];
}
