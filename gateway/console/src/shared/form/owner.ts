/** Whose drafts are kept in this browser. Apart from drafts.ts, so that the first page loads no cipher. */

export type Owner = { id: string; key: string };

let owner: Owner | null = null;

/** Says who is signed in; `key` is the `draft_key` of GET /v1/me. Without one nothing is kept. */
export function draftsOf(id: string, key: string): void {
  if (owner?.id !== id) owner = key ? { id, key } : null;
}

export const ownerOfDrafts = (): Owner | null => owner;
