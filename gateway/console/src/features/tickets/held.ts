/** When a reply is held back: somebody wrote in public after its writing began. */

type Said = { id: string; internal: boolean };

/** The id of the newest public message; "" if there is none. */
export const newestPublic = (messages: readonly Said[]): string =>
  messages.filter(({ internal }) => !internal).at(-1)?.id ?? "";

/** The public messages after the one of id `seen`, oldest first; all of them if none had been seen. */
export function newerThan<Entry extends Said>(messages: readonly Entry[], seen: string): Entry[] {
  const place = messages.findIndex(({ id }) => id === seen);
  return messages.slice(place + 1).filter(({ internal }) => !internal);
}
