/**
 * Who else is at a record. The page says every few seconds that the person looks at it or types there, as long as it is
 * on the screen; changes in between come with the stream.
 */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, data } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { sendLast } from "@/shared/api/session";
import { useTitles } from "@/shared/fields/titles";

export type Presence = components["schemas"]["Presence"];

/** Three of these may be lost before the person is taken to have gone. */
const BEAT_MS = 5_000;
/** So long after the last key somebody is still typing. */
const TYPING_MS = 6_000;

const presenceKey = (kind: string, id: string) => ["presence", kind, id];

/** Takes over what the stream says; of pages that are not open nothing is kept. */
export function presenceChanged(client: QueryClient, presence: Presence): void {
  const key = presenceKey(presence.kind ?? "", presence.id ?? "");
  if (client.getQueryState(key)) client.setQueryData(key, presence);
}

/** Says that the person is at the record, and whether they type, for as long as the component is shown. */
export function useBeingAt(kind: string, id: string): void {
  const client = useQueryClient();
  const typed = useRef(0);
  useQuery({
    queryKey: presenceKey(kind, id),
    queryFn: () => {
      const state = Date.now() - typed.current < TYPING_MS ? "TYPING" : "VIEWING";
      return data(api.POST("/v1/presence", { body: { kind, id, state } }));
    },
    // Whoever is refused is not there; the page itself says what has become of the record.
    refetchInterval: ({ state }) => (state.error ? false : BEAT_MS),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  useEffect(() => {
    const onInput = ({ target }: Event) => {
      if (!(target instanceof Element) || !target.closest("#main")) return;
      const begins = Date.now() - typed.current >= TYPING_MS;
      typed.current = Date.now();
      if (begins) client.refetchQueries({ queryKey: presenceKey(kind, id) });
    };
    const leave = () => sendLast("/v1/presence", { kind, id, state: "LEFT" });
    document.addEventListener("input", onInput);
    window.addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("input", onInput);
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [client, kind, id]);
}

export type Person = { id: string; name: string; typing: boolean };

/** Who else is at the record, as far as this person may read their names. */
export function useOthersAt(kind: string, id: string): Person[] {
  const { data: presence } = useQuery<Presence>({ queryKey: presenceKey(kind, id), enabled: false, gcTime: 0 });
  const people = presence?.people ?? [];
  const names = useTitles(
    "users",
    people.map((person) => person.user_id ?? ""),
  );
  return people.flatMap(({ user_id = "", state }) => {
    const name = names[user_id];
    return name ? [{ id: user_id, name, typing: state === "TYPING" }] : [];
  });
}
