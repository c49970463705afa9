/** Sends what was measured to the suite's own gateway, unless the organisation does not want it. */
import { onINP } from "web-vitals";
import { api, data } from "@/shared/api/client";
import { sendLast } from "@/shared/api/session";
import { note, pageAt, taken } from "./timing";

const EVERY_MS = 60_000;

let begun = false;

export async function collect(): Promise<void> {
  if (begun) return;
  begun = true;
  const { measures_console } = await data(api.GET("/v1/organisation"));
  if (!measures_console) return;
  onINP(({ value, entries }) => note(pageAt(entries[0]?.startTime ?? 0), "INTERACTION", value));
  setInterval(send, EVERY_MS);
  // The last moment at which browsers promise that something is still done.
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  window.addEventListener("pagehide", send);
}

function send(): void {
  const timings = taken();
  if (timings.length) sendLast("/v1/console_timings", { version: version(), timings });
}

/** Every build has another entry file. */
function version(): string {
  const entry = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src ?? "";
  const hash = /-([\w-]+)\.js$/.exec(entry)?.[1];
  return hash ? `${__VERSION__}+${hash}` : __VERSION__;
}
