import { createIntl } from "react-intl";
import { expect, test } from "vitest";
import { Problem, type Violation } from "@/shared/api/problem";
import { LANGUAGES, type Language, messagesOf, type Values } from "@/shared/i18n";
import { fieldErrors, problemText } from "./problem";

async function textsOf(language: Language) {
  const messages = await messagesOf(language);
  const fail = (error: Error) => {
    throw error;
  };
  const intl = createIntl({ locale: language, messages, onError: fail });
  const text = (id: string, values?: Values) => intl.formatMessage({ id }, values) as string;
  const textOr = (id: string, otherwise: string, values?: Values) => (id in messages ? text(id, values) : otherwise);
  return { text, textOr, codes: Object.keys(messages).filter((id) => id.startsWith("violation.")) };
}

const problem = (errors: Record<string, string[]>, codes: Record<string, Violation[]>) =>
  new Problem(400, "INVALID_INPUT", "The request has wrong fields.", errors, "", codes);

const MAX = { code: "TOO_LONG", params: { max: 1200 } };

test("what is wrong with a field is said in the language of the person", async () => {
  const found = problem({ name: ["must have at most 1200 characters"] }, { name: [MAX] });
  expect(fieldErrors(found, await textsOf("de"))).toEqual({ name: ["Höchstens 1.200 Zeichen."] });
  expect(fieldErrors(found, await textsOf("en"))).toEqual({ name: ["At most 1,200 characters."] });
  expect(problemText(found, await textsOf("de"))).toBe("name: Höchstens 1.200 Zeichen.");
});

test("what has no text of ours, or no code, is told as the server does", async () => {
  const errors = { name: ["is odd", "must have at most 1200 characters"], note: ["is new"], tags: ["is old"] };
  const codes = {
    name: [{ code: "INVALID", params: {} }, MAX],
    note: [{ code: "A_CODE_OF_TOMORROW", params: { more: 1 } }],
  };
  expect(fieldErrors(problem(errors, codes), await textsOf("de"))).toEqual({
    name: ["is odd", "Höchstens 1.200 Zeichen."],
    note: ["is new"],
    tags: ["is old"],
  });
});

test("lists and answers of yes or no are said too", async () => {
  const codes = {
    status: [{ code: "UNKNOWN_VALUE", params: { values: ["OPEN", "WON"] } }],
    name: [{ code: "ALREADY_EXISTS", params: { id: "", deleted: true } }],
  };
  expect(fieldErrors(problem({ status: ["?"], name: ["is taken"] }, codes), await textsOf("de"))).toEqual({
    status: ["Wählen Sie eines von: OPEN, WON."],
    name: ["Ein gelöschter Datensatz hat diesen Wert."],
  });
});

const ANY = {
  max: 200, min: 8, kilobytes: 64, pattern: "[a-z]", format: "EMAIL", currency: "JPY", digits: 0, values: ["A"],
  type: "NUMBER", deleted: false,
}; // biome-ignore format: one line

test.each(LANGUAGES)("every text can be said with its parameters: %s", async (language) => {
  const texts = await textsOf(language);
  expect(texts.codes.length).toBeGreaterThan(15);
  for (const id of texts.codes) {
    const codes = { name: [{ code: id.replace("violation.", ""), params: ANY }] };
    expect(fieldErrors(problem({ name: ["?"] }, codes), texts).name?.[0]).toMatch(/^[^{}]+\.$/);
  }
});
