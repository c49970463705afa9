import { describe, expect, it } from "vitest";
import { type Clock, partsOf, standingOf, worstOf } from "./deadlines";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const RUNNING: Clock = {
  kind: "SOLUTION",
  state: "RUNNING",
  due_at: "2026-11-29T16:00:00Z",
  target_minutes: 480,
  elapsed_minutes: 360,
  stopped_at: null,
};

describe("deadlines", () => {
  it("count the working time that is left", () => {
    expect(standingOf(RUNNING, NOW)).toEqual({ state: "running", due: Date.parse("2026-11-29T16:00:00Z"), left: 0.25 });
  });

  it("are broken once they are over, even before the server has noted it", () => {
    const due = Date.parse("2026-11-29T11:00:00Z");
    expect(standingOf({ ...RUNNING, due_at: "2026-11-29T11:00:00Z" }, NOW)).toEqual({ state: "breached", due });
  });

  it("mean nothing once they are met or stopped", () => {
    expect(standingOf({ ...RUNNING, state: "MET" }, NOW)).toBeNull();
    expect(standingOf({ ...RUNNING, state: "BREACHED", stopped_at: "2026-11-29T11:00:00Z" }, NOW)).toBeNull();
  });

  it("show the broken promise before the next deadline, and the deadline before a pause", () => {
    const breached: Clock = { ...RUNNING, state: "BREACHED", due_at: "2026-11-28T12:00:00Z" };
    const paused: Clock = { ...RUNNING, state: "PAUSED", due_at: null };
    expect(worstOf([paused, RUNNING, breached], NOW)?.state).toBe("breached");
    expect(worstOf([paused, RUNNING], NOW)?.state).toBe("running");
    expect(worstOf([paused], NOW)?.state).toBe("paused");
    expect(worstOf([], NOW)).toBeNull();
  });

  it("are told in two units", () => {
    expect(partsOf(26 * 3_600_000 + 59_000)).toEqual([
      { unit: "day", count: 1 },
      { unit: "hour", count: 2 },
    ]);
    expect(partsOf(2 * 86_400_000 + 5 * 60_000)).toEqual([{ unit: "day", count: 2 }]);
    expect(partsOf(10)).toEqual([{ unit: "minute", count: 1 }]);
  });
});
