/**
 * How long people wait, measured where they wait: from the input that opens a page until its content is painted. What
 * was measured is kept here until `collect.ts`, which is loaded when there is nothing else to do, sends it.
 */
import { useEffect } from "react";
import type { components } from "@/shared/api/schema";

export type Timing = Required<components["schemas"]["ConsoleTimingInput"]>;
export type Page = Timing["page"];

/** An input opens a page within this time, or it was not that input. */
const AT_ONCE_MS = 1_000;
const MOST_KEPT = 100;
const MOST_MS = 60_000;
const MOST_OPENINGS = 50;

/** When the page that is about to be painted was asked for; the first one with the document. */
let began: number | null = 0;
let input = 0;
const openings: { at: number; page: Page }[] = [{ at: 0, page: "OTHER" }];
let measured: Timing[] = [];

for (const type of ["pointerdown", "keydown"]) {
  const heard = ({ timeStamp }: Event) => {
    input = timeStamp;
  };
  window.addEventListener(type, heard, { capture: true, passive: true });
}
// Nobody waits for a page that is not on the screen, and the browser does not hurry.
document.addEventListener("visibilitychange", () => {
  began = null;
});

/** Another page is being opened. */
export function opening(): void {
  const now = performance.now();
  began = now - input < AT_ONCE_MS ? input : now;
  openAs("OTHER", began);
}

function openAs(page: Page, at: number): void {
  openings.push({ at, page });
  if (openings.length > MOST_OPENINGS) openings.shift();
}

/** Which page was open at a time. */
export const pageAt = (time: number): Page => openings.filter(({ at }) => at <= time).at(-1)?.page ?? "OTHER";

export function note(page: Page, measure: Timing["measure"], milliseconds: number): void {
  if (measured.length < MOST_KEPT && milliseconds >= 0) {
    measured.push({ page, measure, milliseconds: Math.min(Math.round(milliseconds), MOST_MS) });
  }
}

/** What was measured since this was called last. */
export function taken(): Timing[] {
  const all = measured;
  measured = [];
  return all;
}

/** Calls back when what has just been drawn is on the screen. */
export function whenPainted(then: (at: number) => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(0);
  });
}

/** Says of which kind the open page is, and whether its content is drawn; null where another component says it. */
export function usePainted(page: Page | null, ready: boolean): void {
  useEffect(() => {
    if (page) openAs(page, began ?? performance.now());
  }, [page]);
  useEffect(() => {
    const since = began;
    if (!page || !ready || since === null) return;
    began = null;
    whenPainted((at) => note(page, "PAINTED", at - since));
  }, [page, ready]);
}
