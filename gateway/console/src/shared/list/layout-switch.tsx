/** Chooses between the table of a list and the other layout that its page offers. */
import { SegmentedControl, Tooltip, VisuallyHidden } from "@mantine/core";
import { IconTable } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { Icon } from "@/shared/feature";
import { useText } from "@/shared/i18n";
import type { ListSearch } from "./list-page";

type Props = { search: ListSearch; layout: string; title: string; icon: Icon };

export function LayoutSwitch({ search, layout, title, icon }: Props) {
  const { text } = useText();
  const navigate = useNavigate();
  const choice = (value: string, name: string, Image: Icon) => ({
    value,
    label: (
      <Tooltip label={name}>
        <span className="layout-choice">
          <Image size={16} />
          <VisuallyHidden>{name}</VisuallyHidden>
        </span>
      </Tooltip>
    ),
  });
  return (
    <SegmentedControl
      aria-label={text("list.layout")}
      value={search.layout === layout ? layout : ""}
      onChange={(value) => navigate({ to: ".", search: { ...search, layout: value || undefined }, replace: true })}
      data={[choice("", text("list.layout.table"), IconTable), choice(layout, title, icon)]}
    />
  );
}
