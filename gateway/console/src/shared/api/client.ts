/** Calls of the public API: `api` for calls that a page knows, `call` for those that a description names. */
import createClient from "openapi-fetch";
import { heard } from "./clock";
import { NO_ANSWER, Problem, problemOf } from "./problem";
import type { paths } from "./schema";
import { accessToken, refused } from "./session";

async function authorised(request: Request): Promise<Response> {
  const spare = request.clone();
  const token = await accessToken();
  const answer = await send(request, token);
  if (answer.status !== 401) return answer;
  refused(token);
  return send(spare, await accessToken());
}

async function send(request: Request, token: string): Promise<Response> {
  request.headers.set("authorization", `Bearer ${token}`);
  try {
    const answer = await fetch(request);
    heard(answer);
    return answer;
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Problem(NO_ANSWER, "NO_ANSWER", "");
  }
}

/** Every path, parameter and body is checked against the published OpenAPI document. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: authorised });

api.use({
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
});

/** An answer has every field of its schema, absent values as null. */
export type Told<T> = T extends (infer Entry)[]
  ? Told<Entry>[]
  : T extends object
    ? { [Key in keyof T]-?: Told<T[Key]> }
    : T;

/** The data of an answer; what is not OK has been thrown before. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<Told<T>> {
  return (await answer).data as Told<T>;
}

// biome-ignore lint/suspicious/noExplicitAny: the shape follows from a description at run time
export type Json = any;

export type Call = {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** Version of the record that is changed; somebody else's change in between is refused. */
  etag?: string;
  /** The same key again has no further effect. */
  key?: string;
  signal?: AbortSignal;
};

/** The answer to a call whose path is known at run time only. Throws a Problem. */
export async function call(
  verb: string,
  path: string,
  { query = {}, body, etag, key, signal }: Call = {},
): Promise<Json> {
  const address = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") address.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (etag) headers["if-match"] = `"${etag}"`;
  if (key) headers["idempotency-key"] = key;
  const answer = await authorised(
    new Request(address, {
      method: verb,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ?? null,
    }),
  );
  if (!answer.ok) throw await problemOf(answer);
  return answer.json();
}
