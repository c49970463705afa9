/** A deal on the board. */
import { useDraggable } from "@dnd-kit/core";
import { ActionIcon, Avatar, Badge, Group, Menu, Paper, Text, Tooltip } from "@mantine/core";
import { IconDots, IconGripVertical } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Row } from "@/shared/api/records";
import type { Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { useToday } from "@/shared/ui/today";
import { daysInStage, isOverdue, isStalled, type Stage } from "./pipelines";

/** A card in hand, and where it comes from. */
export type Held = { card: Row; names: Names; stage: Stage };

type FaceProps = Held & { buttons?: ReactNode };

export function CardFace({ card, names, stage, buttons }: FaceProps) {
  const { text, money, date } = useText("opportunities");
  const today = useToday();
  const now = Date.now();
  const overdue = isOverdue(card, today);
  return (
    <Paper withBorder className="board-card" p={8}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <Link
          className="link title board-name"
          to="/$resource/$id"
          params={{ resource: "opportunities", id: card.id }}
          draggable={false}
          title={card.name}
        >
          {card.name}
        </Link>
        {buttons}
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {names[card.account_id] ?? "—"}
      </Text>
      <Group gap={6} wrap="nowrap" mt={4}>
        <Text size="sm" fw={600} className="board-amount">
          {card.amount?.currency ? money(card.amount.amount, card.amount.currency) : "—"}
        </Text>
        {isStalled(card, stage, now) && (
          <Badge size="xs" color="orange" variant="light" tt="none">
            {text("deals.stalled", { days: daysInStage(card, now) })}
          </Badge>
        )}
      </Group>
      <Group gap={6} wrap="nowrap" justify="space-between" className="board-foot">
        <Text size="xs" c={overdue ? "red" : "dimmed"} fw={overdue ? 600 : undefined}>
          {card.close_date ? date(card.close_date) : "—"}
          {overdue && ` · ${text("deals.overdue")}`}
        </Text>
        {names[card.owner_id] && (
          <Tooltip label={names[card.owner_id]}>
            <Avatar size={22} name={names[card.owner_id]} color="initials" alt={names[card.owner_id]} />
          </Tooltip>
        )}
      </Group>
    </Paper>
  );
}

type Props = {
  held: Held;
  targets: Stage[];
  /** The number of cards above it; null if its column is not this person's to order. */
  place: number | null;
  last: number;
  onPlace: (place: number) => void;
  onStage: (stage: Stage) => void;
};

export function Card({ held, targets, place, last, onPlace, onStage }: Props) {
  const { text } = useText("opportunities");
  const { card, stage } = held;
  const others = targets.filter(({ id }) => id !== stage.id);
  const mayMove = others.length > 0 || place !== null;
  const { setNodeRef, setActivatorNodeRef, listeners, attributes, isDragging } = useDraggable({
    id: card.id,
    data: held,
    disabled: !mayMove,
  });
  return (
    <div ref={setNodeRef} {...listeners} className="board-slot" data-held={isDragging || undefined}>
      <CardFace
        {...held}
        buttons={
          mayMove && (
            <>
              <ActionIcon
                ref={setActivatorNodeRef}
                {...attributes}
                variant="subtle"
                color="gray"
                size="sm"
                className="board-grip"
                aria-label={text("deals.drag", { name: card.name })}
              >
                <IconGripVertical size={14} />
              </ActionIcon>
              <Menu position="bottom-end" withinPortal>
                <Menu.Target>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="sm"
                    aria-label={text("deals.move", { name: card.name })}
                  >
                    <IconDots size={14} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {place !== null && (
                    <>
                      <Menu.Item disabled={place === 0} onClick={() => onPlace(0)}>
                        {text("deals.to_top")}
                      </Menu.Item>
                      <Menu.Item disabled={place === 0} onClick={() => onPlace(place - 1)}>
                        {text("deals.up")}
                      </Menu.Item>
                      <Menu.Item disabled={place >= last} onClick={() => onPlace(place + 1)}>
                        {text("deals.down")}
                      </Menu.Item>
                    </>
                  )}
                  {others.length > 0 && <Menu.Label>{text("deals.move_to")}</Menu.Label>}
                  {others.map((target) => (
                    <Menu.Item key={target.id} onClick={() => onStage(target)}>
                      {target.name}
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            </>
          )
        }
      />
    </div>
  );
}
