import { describe, expect, it } from "vitest";
import { dayIn, daysBetween, daysOf, isDay, mondayOf, movedTo, plusDays, stepped } from "./days";

describe("days of the calendar", () => {
  it("are counted over months and leap years", () => {
    expect(plusDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(plusDays("2026-01-01", -1)).toBe("2025-12-31");
    expect(daysBetween("2026-02-27", "2026-03-02")).toBe(3);
    expect(["2026-02-30", "2026-2-3", "", undefined, "2026-02-28"].map(isDay)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("stand in weeks that begin on Monday", () => {
    expect(mondayOf("2026-11-29")).toBe("2026-11-23");
    expect(mondayOf("2026-11-30")).toBe("2026-11-30");
    expect(daysOf("week", "2026-11-29")).toEqual(
      ["23", "24", "25", "26", "27", "28", "29"].map((day) => `2026-11-${day}`),
    );
    const month = daysOf("month", "2026-11-29");
    expect([month.length, month[0], month.at(-1)]).toEqual([42, "2026-10-26", "2026-12-06"]);
    expect(daysOf("day", "2026-11-29")).toEqual(["2026-11-29"]);
  });

  it("are turned over by day, week and month", () => {
    expect(stepped("day", "2026-11-30", 1)).toBe("2026-12-01");
    expect(stepped("week", "2026-11-30", -1)).toBe("2026-11-23");
    expect(stepped("month", "2026-01-31", 1)).toBe("2026-02-28");
    expect(stepped("month", "2026-01-15", -1)).toBe("2025-12-15");
  });

  it("are those of the person's time zone", () => {
    expect(dayIn("Europe/Berlin", "2026-11-29T23:30:00Z")).toBe("2026-11-30");
    expect(dayIn("America/New_York", "2026-11-29T03:30:00Z")).toBe("2026-11-28");
  });

  it("keep the hour when a moment moves, also over a change of clocks", () => {
    const zone = "Europe/Berlin";
    expect(movedTo("2026-11-30", "2026-11-29T09:00:00Z", zone)).toBe("2026-11-30T09:00:00.000Z");
    expect(movedTo("2026-10-26", "2026-10-24T07:00:00Z", zone)).toBe("2026-10-26T08:00:00.000Z");
    expect(movedTo("2026-03-30", "2026-03-27T23:30:00Z", zone)).toBe("2026-03-29T22:30:00.000Z");
    expect(movedTo("2026-10-24", "2026-10-26T22:30:00Z", zone)).toBe("2026-10-24T21:30:00.000Z");
  });
});
