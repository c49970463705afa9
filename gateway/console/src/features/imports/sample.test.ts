import { describe, expect, it } from "vitest";
import { guessed } from "./guess";
import { sampleOf } from "./sample";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a sample", () => {
  it("is split by the sign that finds most columns", () => {
    expect(sampleOf(bytes("a;b, c;d\r\n1;2;3\r\n"), "", "")).toEqual({
      columns: ["a", "b, c", "d"],
      rows: [["1", "2", "3"]],
    });
  });

  it("has quoted cells with line breaks and quotes", () => {
    expect(sampleOf(bytes('a,b\n"x\ny","say ""so"""\n\n'), "", "").rows).toEqual([["x\ny", 'say "so"']]);
  });

  it("is read as Windows-1252 if it is no UTF-8", () => {
    expect(sampleOf(new Uint8Array([0x4d, 0xfc, 0x0a]), "", "").columns).toEqual(["Mü"]);
  });

  it("is read in the encoding that is said", () => {
    expect(sampleOf(new Uint8Array([0x93, 0x63, 0x92, 0x86, 0x0a]), "SHIFT_JIS", "").columns).toEqual(["田中"]);
    expect(sampleOf(new Uint8Array([0xa3, 0xf3, 0x64, 0x9f, 0x0a]), "WINDOWS_1250", "").columns).toEqual(["Łódź"]);
  });

  it("says its sign in a first line", () => {
    expect(sampleOf(bytes("sep=|\na|b,c,d\n"), "", "").columns).toEqual(["a", "b,c,d"]);
  });
});

describe("a column is guessed", () => {
  const targets = [
    { name: "last_name", labels: ["Last name", "Nachname"], many: false },
    { name: "email", labels: ["Email", "E-Mail"], many: true },
  ];
  it.each([
    ["Nachname", "last_name"],
    ["LAST NAME", "last_name"],
    ["e-mail", "email"],
    ["E-Mail 2", "email"],
    ["Shoe size", ""],
  ])("%s", (column, target) => expect(guessed([column], targets)).toEqual({ [column]: target }));

  it("and no field twice unless it takes several", () => {
    expect(guessed(["Last name", "Nachname", "Email", "E-Mail 2"], targets)).toEqual({
      "Last name": "last_name",
      Nachname: "",
      Email: "email",
      "E-Mail 2": "email",
    });
  });
});
