import { expect, it } from "vitest";
import { partsOf, waitingOf } from "./progress";

const COUNTS = { members: "10", sent: "4", responded: "2", skipped: "1", failed: "2", unsubscribed: "1" };

it("who was neither sent to nor skipped nor failed still waits", () => {
  expect(waitingOf(COUNTS)).toBe(3);
  expect(partsOf(COUNTS).map(({ name, count }) => [name, count])).toEqual([
    ["sent", 4],
    ["skipped", 1],
    ["failed", 2],
    ["waiting", 3],
  ]);
});
