/** The clock of the server: deadlines are judged by it, however wrong the clock of this computer is. */
import { useSyncExternalStore } from "react";

/** The server tells whole seconds, so that smaller differences mean nothing. */
const NOISE_MS = 1_500;
const TICK_MS = 10_000;

let offset = 0;

/** Learns from an answer how far the clocks are apart. */
export function heard(answer: Response): void {
  const told = Date.parse(answer.headers.get("date") ?? "");
  if (told && Math.abs(told - Date.now() - offset) > NOISE_MS) offset = told - Date.now();
}

export const serverNow = (): number => Date.now() + offset;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const notify of listeners) notify();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time of the server, anew every ten seconds; one timer serves all that show it. */
export const useServerNow = (): number => useSyncExternalStore(subscribe, ticks);

const ticks = (): number => Math.floor(serverNow() / TICK_MS) * TICK_MS;
