/** How a ticket and its clocks stand against the promised times. */

export type Clock = {
  kind: string;
  state: "RUNNING" | "PAUSED" | "MET" | "BREACHED";
  due_at: string | null;
  target_minutes: number;
  elapsed_minutes: number;
  stopped_at: string | null;
};

export type Standing =
  /** `left` is the part of the promised working time that is not used, 0 to 1. */
  { state: "running"; due: number; left: number } | { state: "breached"; due: number } | { state: "paused" };

/** The standing of one clock at a time of the server; null if the promise is kept or no longer open. */
export function standingOf(clock: Clock, now: number): Standing | null {
  if (clock.state === "PAUSED") return { state: "paused" };
  if (clock.state === "MET" || clock.stopped_at || !clock.due_at) return null;
  const due = Date.parse(clock.due_at);
  if (clock.state === "BREACHED" || due <= now) return { state: "breached", due };
  const left = Math.max(0, 1 - clock.elapsed_minutes / Math.max(1, clock.target_minutes));
  return { state: "running", due, left };
}

/** The worst of the clocks: a broken promise, else the next deadline, else a pause. */
export function worstOf(clocks: readonly Clock[], now: number): Standing | null {
  const rank = { breached: 0, running: 1, paused: 2 };
  const standings = clocks.map((clock) => standingOf(clock, now)).filter((standing) => standing !== null);
  standings.sort(
    (one, other) => rank[one.state] - rank[other.state] || ("due" in one && "due" in other ? one.due - other.due : 0),
  );
  return standings[0] ?? null;
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

export type Part = { unit: (typeof UNITS)[number][0]; count: number };

/** A duration in its two largest units; below a minute it is one minute. */
export function partsOf(milliseconds: number): Part[] {
  const parts: Part[] = [];
  let rest = Math.max(milliseconds, 60_000);
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count || parts.length) parts.push({ unit, count });
  }
  return parts.slice(0, 2).filter(({ count }) => count);
}

const DONE = ["RESOLVED", "CLOSED"];

export const isOpen = (status: string): boolean => !DONE.includes(status);
