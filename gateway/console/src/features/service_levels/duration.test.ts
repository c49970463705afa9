import { describe, expect, it } from "vitest";
import { lengthOf, minutesOf } from "./duration";

describe("a length of working time", () => {
  it.each([
    ["90", 90],
    ["4 h", 240],
    ["4h30m", 270],
    ["1 h 5 min", 65],
    ["1:30", 90],
    ["1,5 h", 90],
    [" 0.5H ", 30],
  ])("%s is %d minutes", (text, minutes) => expect(minutesOf(text)).toBe(minutes));

  it.each(["", "soon", "4 x", "4 h later", "-5"])("%s is none", (text) => expect(minutesOf(text)).toBeNull());

  it.each([
    [240, "4 h"],
    [270, "4 h 30 min"],
    [45, "45 min"],
    [0, "0 min"],
  ])("of %d minutes is written %s", (minutes, text) => {
    expect(lengthOf(minutes)).toBe(text);
    expect(minutesOf(text)).toBe(minutes);
  });
});
