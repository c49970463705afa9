/**
 * The session of this browser.
 *
 * The refresh token is in a cookie that script cannot read; the access token lives in memory only. Tabs share one
 * refresh: a lock lets one of them ask, and it tells the others what it got.
 */
import { Problem, problemOf } from "./problem";
import { callPublic } from "./public";

const PATH = "/v1/browser_session";
const EARLY_MS = 30_000;

type Token = { value: string; expires: number };
type Told = { kind: "token"; token: Token } | { kind: "ended" };

export type SignIn = { email: string; password: string; totp?: string };

/** Whether somebody is signed in at this browser, so that a first visit asks for nothing it cannot have. */
const MARK = "crm-signed-in";

let token: Token | null = null;
let refreshing: Promise<string> | null = null;
const listeners = new Set<() => void>();
const channel = new BroadcastChannel("crm-session");

channel.onmessage = ({ data }: MessageEvent<Told>) => {
  if (data.kind === "token") token = data.token;
  else ended();
};

/** Calls `listener` whenever the session of this browser has ended, here or in another tab. */
export function onEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function ended(): void {
  token = null;
  localStorage.removeItem(MARK);
  for (const listener of listeners) listener();
}

function keep(answer: { access_token: string; expires_in: number }): string {
  token = { value: answer.access_token, expires: Date.now() + answer.expires_in * 1000 };
  localStorage.setItem(MARK, "1");
  channel.postMessage({ kind: "token", token } satisfies Told);
  return token.value;
}

const valid = () => (token && token.expires - EARLY_MS > Date.now() ? token.value : null);

/** Logs in. Throws the Problem that says why not; reason TOTP_REQUIRED asks for a second factor. */
export async function signIn(credentials: SignIn): Promise<void> {
  keep(await callPublic("POST", PATH, credentials));
}

/** Logs out in every tab of this browser. */
export async function signOut(): Promise<void> {
  await fetch(PATH, { method: "DELETE" }).catch(() => undefined);
  channel.postMessage({ kind: "ended" } satisfies Told);
  ended();
}

/** An access token that is good for at least half a minute. Throws a Problem of status 401 if there is no session. */
export function accessToken(): Promise<string> {
  const current = valid();
  if (current) return Promise.resolve(current);
  refreshing ??= locked(async () => valid() ?? (await refresh())).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** Forgets a token that the server has refused, so that the next call asks for another. */
export function refused(value: string): void {
  if (token?.value === value) token = null;
}

/** Sends something for the last time from a page that goes away; nobody waits for the answer. */
export function sendLast(path: string, body: unknown): void {
  accessToken()
    .then((value) =>
      fetch(path, {
        method: "POST",
        keepalive: true,
        headers: { authorization: `Bearer ${value}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    )
    .catch(() => undefined);
}

async function refresh(): Promise<string> {
  if (!localStorage.getItem(MARK)) throw new Problem(401, "UNAUTHENTICATED", "");
  const answer = await fetch(PATH, { method: "PUT" });
  if (answer.ok) return keep(await answer.json());
  const problem = await problemOf(answer);
  if (problem.status === 401) ended();
  throw problem;
}

/** Runs `work` in one tab at a time. Without HTTPS browsers offer no locks; the server forgives a doubled refresh. */
function locked<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request("crm-session", work) as Promise<T>) : work();
}
