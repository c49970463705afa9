/**
 * Texts in the language of the person. Each folder keeps its own `messages.json`: {"en": {...}, "de": {...}}; the build makes
 * one module of each language for the first load, and one more for each feature (vite.config.ts).
 */
import { createContext, type ReactNode, use, useContext, useMemo } from "react";
import { IntlProvider, type IntlShape, useIntl } from "react-intl";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
/** Names that the contracts give in every language. */
export type Label = Partial<Record<string, string>>;

type FirstTexts = typeof import("virtual:messages/en");
type Messages = FirstTexts["default"];

const LOADERS: Record<Language, () => Promise<FirstTexts>> = {
  en: () => import("virtual:messages/en"),
  de: () => import("virtual:messages/de"),
};
const loading = new Map<string, Promise<Messages>>();

/** The texts of a language with those of a feature among them; they are loaded when they are first asked for. */
export function messagesOf(language: Language, feature = ""): Promise<Messages> {
  const key = `${language}/${feature}`;
  const known = loading.get(key);
  if (known) return known;
  const texts = loaded(language, feature);
  loading.set(key, texts);
  // Whoever tries again asks again.
  texts.catch(() => loading.delete(key));
  return texts;
}

async function loaded(language: Language, feature: string): Promise<Messages> {
  const { default: messages, features } = await LOADERS[language]();
  const own = await features[feature]?.();
  return Object.assign(messages, own?.default);
}

/** Begins to load the texts of a feature, so that they come beside the script of its page. */
export function useTextsSoon(feature: string | undefined): void {
  const { language } = useTexts();
  // Who needs them hears of a failure.
  if (feature) messagesOf(language, feature).catch(() => undefined);
}

/** The best of our languages for what somebody or a browser prefers. */
export function languageOf(...preferred: string[]): Language {
  const codes = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return LANGUAGES.find((language) => codes.includes(language) && language === codes.find(isOurs)) ?? "en";
}

const isOurs = (code: string) => (LANGUAGES as readonly string[]).includes(code);

/** How days are written; absent is as the language does. */
export type DateFormat = "ISO" | "DAY_FIRST" | "MONTH_FIRST";

type Locale = { language: Language; timeZone: string; dateFormat?: DateFormat | null };
export type Text = ReturnType<typeof textsOf>;
const TextContext = createContext<Text | null>(null);

/** Languages that write days in that form. */
const WRITTEN_AS: Record<DateFormat, string> = { ISO: "sv", DAY_FIRST: "de", MONTH_FIRST: "en-US" };

const DIGITS = { year: "numeric", month: "2-digit", day: "2-digit" } as const;

/** Waits for the texts: what is around it says meanwhile that it waits. */
export function Localised({ language, timeZone, dateFormat, children }: Locale & { children: ReactNode }) {
  return (
    <IntlProvider locale={language} timeZone={timeZone} messages={use(messagesOf(language))}>
      <Formats {...{ language, timeZone, dateFormat }}>{children}</Formats>
    </IntlProvider>
  );
}

/** Makes the formats once for all that is shown: every cell of a table has some. */
function Formats({ language, timeZone, dateFormat, children }: Locale & { children: ReactNode }) {
  const intl = useIntl();
  const texts = useMemo(
    () => textsOf(intl, { language, timeZone, dateFormat }),
    [intl, language, timeZone, dateFormat],
  );
  return <TextContext value={texts}>{children}</TextContext>;
}

function useTexts(): Text {
  const texts = useContext(TextContext);
  if (!texts) throw new Error("There are no texts outside of Localised.");
  return texts;
}

/** What is made when it is first asked for, and kept. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export type Values = Record<string, string | number | Date>;

/** What stands between thousands and before decimals: "." and "," in German. */
function separatorsOf(language: Language) {
  const parts = new Intl.NumberFormat(language).formatToParts(12_345.6);
  const sign = (type: "group" | "decimal") => parts.find((part) => part.type === type)?.value ?? "";
  return { thousandSeparator: sign("group"), decimalSeparator: sign("decimal") };
}

/**
 * `text(id, values)` in the language of the person, `label(names)` of what the contracts name, and formats. Waits for the
 * texts of the features that are named: a page names its own folder.
 */
export function useText(...features: string[]): Text {
  const texts = useTexts();
  for (const feature of features) use(messagesOf(texts.language, feature));
  return texts;
}

function textsOf(intl: IntlShape, { language, timeZone, dateFormat }: Locale) {
  const { getDateTimeFormat, getNumberFormat, getRelativeTimeFormat } = intl.formatters;
  const dayIn = (zone: string) =>
    dateFormat
      ? getDateTimeFormat(WRITTEN_AS[dateFormat], { ...DIGITS, timeZone: zone })
      : getDateTimeFormat(language, { dateStyle: "medium", timeZone: zone });
  const day = once(() => dayIn("UTC"));
  const dayHere = once(() => dayIn(timeZone));
  const clock = once(() => getDateTimeFormat(language, { timeStyle: "short", timeZone }));
  const enumeration = once(() => new Intl.ListFormat(language, { type: "conjunction" }));
  const countries = once(() => new Intl.DisplayNames(language, { type: "region" }));
  const relative = once(() => getRelativeTimeFormat(language, { numeric: "auto", style: "short" }));
  return {
    language,
    timeZone,
    text: (id: string, values?: Values) => intl.formatMessage({ id }, values) as string,
    /** Of names that the server gives in one language: ours if we have one. */
    textOr: (id: string, otherwise: string, values?: Values) =>
      id in intl.messages ? (intl.formatMessage({ id }, values) as string) : otherwise,
    label: (label: Label) => label[language] ?? label.en ?? "",
    separators: separatorsOf(language),
    /** "Ada, Ben and Eve". */
    list: (items: readonly string[]) => enumeration().format(items),
    number: (value: number, options?: Intl.NumberFormatOptions) => getNumberFormat(language, options).format(value),
    money: (amount: string | number, currency: string, compact = false) =>
      getNumberFormat(language, {
        style: "currency",
        currency,
        ...(compact && { notation: "compact", maximumSignificantDigits: 4 }),
      }).format(Number(amount)),
    /** Of a code of two letters; the code itself if it stands for no country. */
    country: (code: string) => {
      try {
        return countries().of(code) ?? code;
      } catch {
        return code;
      }
    },
    date: (value: string) => day().format(new Date(value)),
    time: (value: string) => {
      const moment = new Date(value);
      return `${dayHere().format(moment)}, ${clock().format(moment)}`;
    },
    ago: (value: string) => {
      const seconds = (new Date(value).getTime() - Date.now()) / 1000;
      const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? (["second", 1] as const);
      return relative().format(Math.round(seconds / size), unit);
    },
  };
}

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
