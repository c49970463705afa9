import { describe, expect, it } from "vitest";
import { bodyOf, draftOf, mentionAt, pieces, soughtAt } from "./mentions";

const ANN = "0198f0a4-0000-7000-8000-000000000001";
const BOB = "0198f0a4-0000-7000-8000-000000000002";

describe("mentions", () => {
  it("come back as they were written", () => {
    const body = `@[Ann](users/${ANN}), ask @[Ann Other](users/${BOB})!`;
    expect(draftOf(body)).toEqual({ text: "@Ann, ask @Ann Other!", people: { Ann: ANN, "Ann Other": BOB } });
    expect(bodyOf(draftOf(body))).toBe(body);
  });

  it("are no beginnings of longer names", () => {
    expect(bodyOf({ text: "@Annabel", people: { Ann: ANN } })).toBe("@Annabel");
  });

  it("are told apart from what is around them", () => {
    expect(pieces(`Ask @[Ann](users/${ANN}).`)).toEqual([
      { text: "Ask " },
      { text: "@Ann", userId: ANN },
      { text: "." },
    ]);
    expect(pieces("nobody@example.org")).toEqual([{ text: "nobody@example.org" }]);
  });

  it("are sought behind an @ that begins a word", () => {
    expect(soughtAt("Ask @An", 7)).toBe("An");
    expect(soughtAt("Ask @An", 5)).toBe("");
    expect(soughtAt("mail@example", 12)).toBeNull();
  });

  it("take the place of what was sought", () => {
    const { draft, caret } = mentionAt({ text: "Ask @an now", people: {} }, 7, "Ann [Sales]", ANN);
    expect(draft.text).toBe("Ask @Ann  Sales  now");
    expect(draft.text.slice(caret)).toBe(" now");
  });

  it("tell people of one name apart", () => {
    const { draft } = mentionAt({ text: "@Ann and @", people: { Ann: ANN } }, 10, "Ann", BOB);
    expect(bodyOf(draft)).toBe(`@[Ann](users/${ANN}) and @[Ann (2)](users/${BOB}) `);
  });
});
