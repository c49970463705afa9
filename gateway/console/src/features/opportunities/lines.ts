/** What the lines of a deal come to while they are edited; what counts is what the server answers. */
import type { Json } from "@/shared/api/client";

/** Digits behind the point of the smallest unit of a currency. */
export const digitsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** quantity x unit_price less discount, rounded half up to the smallest unit; null without a price. */
export function lineTotal(line: Json): number | null {
  if (!line.unit_price?.currency) return null;
  const { amount, currency } = line.unit_price;
  const exact = Number(amount) * Number(line.quantity || 1) * (1 - Number(line.discount_percent || 0) / 100);
  const unit = 10 ** digitsOf(currency);
  // 1.005 is a little less in binary: the nudge lets a half go up.
  return Math.round(exact * unit * (1 + Number.EPSILON)) / unit;
}

/** What the lines are worth together; null if there is nothing to add up. */
export function linesTotal(lines: readonly Json[]): { amount: number; currency: string } | null {
  const totals = lines.map(lineTotal).filter((total) => total !== null);
  const currency = lines.find((line) => line.unit_price?.currency)?.unit_price.currency;
  return currency ? { amount: totals.reduce((sum, total) => sum + total, 0), currency } : null;
}
