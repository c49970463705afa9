/** The favourites in the menu, with the names that they have now. */
import { NavLink, Text } from "@mantine/core";
import { IconStar } from "@tabler/icons-react";
import { Link, useLocation } from "@tanstack/react-router";
import type { Icon } from "@/shared/feature";
import { useTitles } from "@/shared/fields/titles";
import { useText } from "@/shared/i18n";
import { type Favourite, useFavourites } from "./favourites";

/** As many as leave room for the rest of the menu. */
const MOST = 8;

/** `iconOf` gives the icon of a resource. */
export function FavouritesMenu({ iconOf }: { iconOf: (resource: string) => Icon | undefined }) {
  const { text } = useText();
  const shown = useFavourites().slice(0, MOST);
  if (!shown.length) return null;
  const resources = [...new Set(shown.map(({ resource }) => resource))];
  return (
    <div role="group" aria-label={text("favourite.title")}>
      <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
        {text("favourite.title")}
      </Text>
      {resources.map((resource) => (
        <OfOne
          key={resource}
          resource={resource}
          icon={iconOf(resource) ?? IconStar}
          favourites={shown.filter((one) => one.resource === resource)}
        />
      ))}
    </div>
  );
}

type Props = { resource: string; icon: Icon; favourites: readonly Favourite[] };

/** Those of one resource. What is deleted, or may be seen no more, has no name and is left out. */
function OfOne({ resource, icon: Icon, favourites }: Props) {
  const { pathname } = useLocation();
  const titles = useTitles(
    resource,
    favourites.map(({ record_id }) => record_id),
  );
  return favourites.map(
    ({ record_id: id }) =>
      titles[id] && (
        <NavLink
          key={id}
          component={Link}
          // biome-ignore lint/suspicious/noExplicitAny: which resources there are is known at run time
          to={`/${resource}/${id}` as any}
          label={titles[id]}
          noWrap
          leftSection={<Icon size={18} stroke={1.5} />}
          active={pathname === `/${resource}/${id}`}
        />
      ),
  );
}
