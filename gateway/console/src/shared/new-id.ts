/** An id that nothing else has. `crypto.randomUUID` is there over HTTPS and on the own machine only, this is everywhere. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
