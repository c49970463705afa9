/** Makes a record a favourite, or none. */
import { IconStar, IconStarFilled } from "@tabler/icons-react";
import type { Row } from "@/shared/api/records";
import type { Description } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { useFavourite } from "./favourites";

type Props = { description: Description; record: Row; title: string; size?: number };

/** Records that everybody has of their own, such as notifications, cannot be favourites; nor can deleted ones. */
export function Star({ description, record, title, size = 18 }: Props) {
  const { text } = useText();
  const { isFavourite, toggle } = useFavourite(description.plural, record.id);
  const list = description.actions.find(({ name }) => name === "list");
  if (record.deleted_at || !list?.permission.endsWith(".read")) return null;
  const Icon = isFavourite ? IconStarFilled : IconStar;
  return (
    <button
      type="button"
      className="star mantine-focus-auto"
      aria-pressed={isFavourite}
      aria-label={text("favourite.star", { title })}
      onClick={toggle}
    >
      <Icon size={size} />
    </button>
  );
}
