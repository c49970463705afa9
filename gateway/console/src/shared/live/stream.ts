/**
 * Changes as they happen (GET /v1/stream): one connection for the whole browser, which tells the other tabs.
 * What is told has no values; whoever shows the record reads it with their own rights.
 */
import { createParser } from "eventsource-parser";
import { accessToken, refused } from "@/shared/api/session";
import type { Presence } from "@/shared/presence/presence";

export type Change = { kind: string; id: string; version: string; action: string };
/** What was missed is not known: everything that is shown is read again. */
export type Told = { change: Change } | { presence: Presence } | { reset: true };

const PATIENCE_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
const channel = new BroadcastChannel("crm-stream");

/** Calls `listener` with every change, until the signal is aborted. */
export function follow(listener: (told: Told) => void, signal: AbortSignal): void {
  const hear = ({ data }: MessageEvent<Told>) => listener(data);
  channel.addEventListener("message", hear);
  signal.addEventListener("abort", () => channel.removeEventListener("message", hear));
  const tell = (told: Told) => {
    listener(told);
    channel.postMessage(told);
  };
  const lead = () => read(tell, signal);
  // Where browsers offer no locks, which is without HTTPS, every tab has a connection.
  const done = navigator.locks ? navigator.locks.request("crm-stream", { signal }, lead) : lead();
  done.catch(() => undefined);
}

async function read(tell: (told: Told) => void, signal: AbortSignal): Promise<void> {
  let position = "";
  let failures = 0;
  const parser = createParser({
    onEvent: ({ event, data, id }) => {
      if (id) position = id;
      failures = 0;
      if (event === "change") tell({ change: JSON.parse(data) });
      if (event === "presence") tell({ presence: JSON.parse(data) });
      if (event === "reset") tell({ reset: true });
    },
  });
  while (!signal.aborted) {
    try {
      const token = await accessToken();
      const headers = { authorization: `Bearer ${token}`, ...(position && { "last-event-id": position }) };
      const answer = await fetch("/v1/stream", { headers, signal });
      if (answer.status === 401) refused(token);
      if (answer.ok && answer.body) {
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
        parser.reset();
      }
    } catch {
      // The connection broke, or the session ended, which the page says itself.
    }
    const pause = PATIENCE_MS[Math.min(failures++, PATIENCE_MS.length - 1)] as number;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}
