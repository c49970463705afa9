import { describe, expect, it } from "vitest";
import { endOf, endShown, hoursOf, likeMonday, minutesOfWeek, nextStretch, withDay } from "./week";

const hours = [
  { weekday: 1, start: "13:00", end: "17:00" },
  { weekday: 1, start: "09:00", end: "12:00" },
  { weekday: 6, start: "10:00", end: "24:00" },
];

describe("a working week", () => {
  it("has the stretches of a day in order", () => {
    expect(hoursOf(hours, 1).map(({ start }) => start)).toEqual(["09:00", "13:00"]);
  });

  it("changes a day and leaves the others", () => {
    const next = withDay(hours, 1, []);
    expect(next).toEqual([hours[2]]);
  });

  it("copies Monday to the workdays, not to the weekend", () => {
    const next = likeMonday(hours);
    expect(hoursOf(next, 5).map(({ start }) => start)).toEqual(["09:00", "13:00"]);
    expect(hoursOf(next, 6)).toEqual([hours[2]]);
    expect(hoursOf(next, 7)).toEqual([]);
  });

  it("goes on where the day ended, while there is room", () => {
    expect(nextStretch([], 2)).toEqual({ weekday: 2, start: "09:00", end: "17:00" });
    expect(nextStretch(hoursOf(hours, 1), 1)).toEqual({ weekday: 1, start: "17:00", end: "18:00" });
    expect(nextStretch(hoursOf(hours, 6), 6)).toBeNull();
  });

  it("ends a day at midnight", () => {
    expect(endShown("24:00")).toBe("00:00");
    expect(endOf("00:00")).toBe("24:00");
    expect(endOf("17:00")).toBe("17:00");
  });

  it("adds up", () => {
    expect(minutesOfWeek(hours)).toBe(7 * 60 + 14 * 60);
  });
});
