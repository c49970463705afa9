/** Which records a person has looked at last in this browser: kinds and ids only, for what they say somebody may change. */

export type Visit = { resource: string; id: string };

const MOST = 8;
const place = (userId: string) => `crm-recent:${userId}`;

/** The newest first. */
export function recentOf(userId: string): Visit[] {
  try {
    return JSON.parse(localStorage.getItem(place(userId)) ?? "[]");
  } catch {
    return [];
  }
}

/** Notes a visit. A full store costs the note. */
export function visited(userId: string, visit: Visit): void {
  const others = recentOf(userId).filter(({ id }) => id !== visit.id);
  try {
    localStorage.setItem(place(userId), JSON.stringify([visit, ...others].slice(0, MOST)));
  } catch {
    localStorage.removeItem(place(userId));
  }
}
