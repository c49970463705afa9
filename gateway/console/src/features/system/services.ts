export const SERVICES = ["identity", "contacts", "sales", "support", "marketing", "reporting"] as const;
export type Service = (typeof SERVICES)[number];

/** How old may be what the page says. */
export const RENEWED_MS = 10_000;
