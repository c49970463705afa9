/** The person who is signed in. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { api, data } from "./client";

export const me = { queryKey: ["me"], queryFn: () => data(api.GET("/v1/me")), staleTime: 60_000 };

export const useMe = () => useSuspenseQuery(me).data;

/** Whether the person holds a permission such as "opportunities.update", with whatever scope. */
export function useMay(): (permission: string) => boolean {
  const held = new Set((useMe().permissions ?? []).map((grant) => grant.permission));
  return (permission) => held.has("*") || held.has(permission);
}

/** Whether a permission reaches records of others too, such as those of a team. */
export function useReach(): (permission: string) => boolean {
  const grants = useMe().permissions ?? [];
  return (permission) =>
    grants.some((grant) => (grant.permission === permission || grant.permission === "*") && grant.scope !== "OWN");
}
