/** How the suite looks to the person: what they have chosen, and what holds. */
import { useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTell } from "@/shared/ui/problem";
import { api, data, type Told } from "./client";
import { me } from "./me";
import type { components } from "./schema";

export type Preferences = Told<components["schemas"]["Preferences"]>;

export const preferences = {
  queryKey: ["preferences"],
  queryFn: () => data(api.GET("/v1/me/preferences")),
  staleTime: 60_000,
};

export const usePreferences = () => useQuery(preferences).data;

const SCHEMES = { SYSTEM: "auto", LIGHT: "light", DARK: "dark" } as const;

/** What a theme is called by the components. */
export const schemeOf = (theme: Preferences["theme"]) => SCHEMES[theme ?? "SYSTEM"];

type Answer = Awaited<ReturnType<typeof preferences.queryFn>>;

/** Changes preferences: what can be seen is seen at once, and the former again if the server refuses. */
export function useChoose() {
  const client = useQueryClient();
  const tell = useTell();
  const { setColorScheme } = useMantineColorScheme();
  return useMutation({
    mutationFn: (choice: Partial<Preferences>) =>
      data(api.PATCH("/v1/me/preferences", { body: choice as components["schemas"]["PreferencesPatch"] })),
    onMutate: async (choice) => {
      await client.cancelQueries({ queryKey: preferences.queryKey });
      const before = client.getQueryData<Answer>(preferences.queryKey);
      if (before?.preferences && before.effective) {
        client.setQueryData<Answer>(preferences.queryKey, {
          preferences: { ...before.preferences, ...choice },
          effective: { ...before.effective, ...choice },
        });
      }
      if (choice.theme) setColorScheme(schemeOf(choice.theme));
      return before;
    },
    onError: (problem, _choice, before) => {
      client.setQueryData(preferences.queryKey, before);
      setColorScheme(schemeOf(before?.effective?.theme ?? null));
      tell.failed(problem);
    },
    onSuccess: (stored, choice) => {
      client.setQueryData(preferences.queryKey, stored);
      if ("theme" in choice) setColorScheme(schemeOf(stored.effective?.theme ?? null));
      return client.invalidateQueries({ queryKey: me.queryKey });
    },
  });
}
