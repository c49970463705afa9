/** What may be chosen for fields that hold a code of a standard: currencies, time zones, languages. */
import { LANGUAGES } from "@/shared/i18n";

export type Choice = { value: string; label: string };

/** As many as a list of choices shows at once; the rest is found by letters. */
export const MOST_SHOWN = 60;

export const timeZones = (): Choice[] =>
  [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])].map((zone) => ({ value: zone, label: zone }));

export const currencies = (language: string): Choice[] =>
  Intl.supportedValuesOf("currency").map((code) => ({
    value: code,
    label: `${code} · ${named(language, "currency", code)}`,
  }));

/** The languages that the suite speaks. */
export const languages = (language: string): Choice[] =>
  LANGUAGES.map((code) => ({ value: code, label: named(language, "language", code) }));

const named = (language: string, type: "currency" | "language", code: string): string =>
  new Intl.DisplayNames(language, { type }).of(code) ?? code;

/** The choices of a field of that format, if there are any. */
export const choicesOf = (format: string, language: string): Choice[] | undefined => CHOICES[format]?.(language);

const CHOICES: Record<string, (language: string) => Choice[]> = {
  TIME_ZONE: timeZones,
  CURRENCY: currencies,
  LANGUAGE: languages,
};
