/** The records that the person wants at hand. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { useTell } from "@/shared/ui/problem";

const favourites = {
  queryKey: ["favourites"],
  queryFn: () => data(api.GET("/v1/me/favourites")),
  staleTime: 60_000,
};
type Answer = Awaited<ReturnType<typeof favourites.queryFn>>;
export type Favourite = Answer["favourites"][number];

/** The newest first; nothing until they are known. */
export const useFavourites = (): readonly Favourite[] => useQuery(favourites).data?.favourites ?? [];

const isSame = (one: Favourite, resource: string, id: string) => one.resource === resource && one.record_id === id;

/** Whether a record is a favourite, and what makes it one or none: shown at once, and taken back if it is refused. */
export function useFavourite(resource: string, id: string) {
  const client = useQueryClient();
  const tell = useTell();
  const isFavourite = useFavourites().some((one) => isSame(one, resource, id));
  const toggle = useMutation({
    mutationFn: async () => {
      if (isFavourite) {
        const path = { resource, record_id: id };
        await data(api.DELETE("/v1/me/favourites/{resource}/{record_id}", { params: { path } }));
      } else await data(api.POST("/v1/me/favourites", { body: { resource, record_id: id } }));
    },
    onMutate: async () => {
      await client.cancelQueries({ queryKey: favourites.queryKey });
      const before = client.getQueryData<Answer>(favourites.queryKey);
      const added = { resource, record_id: id, added_at: new Date().toISOString() };
      const others = (before?.favourites ?? []).filter((one) => !isSame(one, resource, id));
      client.setQueryData<Answer>(favourites.queryKey, { favourites: isFavourite ? others : [added, ...others] });
      return before;
    },
    onError: (problem, _nothing, before) => {
      client.setQueryData(favourites.queryKey, before);
      tell.failed(problem);
    },
    onSettled: () => client.invalidateQueries({ queryKey: favourites.queryKey }),
  });
  return { isFavourite, toggle: () => toggle.mutate() };
}
