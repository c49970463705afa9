/** Calls that need no session, and so carry no token. */
import type { Json } from "./client";
import { problemOf } from "./problem";

/** The answer to a call. Throws a Problem. */
export async function callPublic(verb: string, path: string, body?: unknown): Promise<Json> {
  const sent = body !== undefined && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method: verb, ...sent });
  if (!answer.ok) throw await problemOf(answer);
  return answer.json();
}
