/** Dragging the cards of a board: by mouse, by touch after a moment, and by arrow keys from place to place. */
import {
  type CollisionDetection,
  type DragMoveEvent,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  rectIntersection,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { type RefObject, useRef, useState } from "react";
import type { Row } from "@/shared/api/records";
import type { Held } from "./card";
import { placeAt } from "./columns";
import type { Stage } from "./pipelines";

/** Every card of a board has this height. */
export const CARD_PX = 108;

/** What a column that takes cards says of itself: those that are loaded, and the part of the page that they scroll in. */
export type Lane = { cards: readonly Row[]; viewport: RefObject<HTMLDivElement | null> };

/** A place in a stage: the number of other cards above. */
export type Spot = { stageId: string; place: number };

const STEPS: Record<string, { column: number; row: number }> = {
  [KeyboardCode.Left]: { column: -1, row: 0 },
  [KeyboardCode.Right]: { column: 1, row: 0 },
  [KeyboardCode.Up]: { column: 0, row: -1 },
  [KeyboardCode.Down]: { column: 0, row: 1 },
};

/** `say` words the place to which an arrow key has moved a card, counted from one. */
export function useDragging(targets: Stage[], say: (place: number, count: number, stage: string) => string) {
  const [spot, setSpot] = useState<Spot | null>(null);
  const chosen = useRef<Spot | null>(null);
  const saying = useRef<string | undefined>(undefined);

  const coordinateGetter: KeyboardCoordinateGetter = (event, { context, active }) => {
    const step = STEPS[event.code];
    const held = context.active?.data.current as Held | undefined;
    if (!step || !held) return undefined;
    event.preventDefault();
    const laneOf = (id: string) => context.droppableContainers.get(id)?.data.current as Lane | undefined;
    const othersIn = (id: string) => laneOf(id)?.cards.filter((card) => card.id !== held.card.id).length ?? 0;
    const home = laneOf(held.stage.id)?.cards.findIndex((card) => card.id === held.card.id) ?? 0;
    const from = chosen.current ?? { stageId: held.stage.id, place: Math.max(home, 0) };
    const next = targets[targets.findIndex(({ id }) => id === from.stageId) + step.column];
    if (!next) return undefined;
    const back = next.id === held.stage.id ? Math.max(home, 0) : 0;
    const place = step.row ? Math.min(Math.max(from.place + step.row, 0), othersIn(next.id)) : back;
    chosen.current = { stageId: next.id, place };
    if (step.row) saying.current = say(place + 1, othersIn(next.id) + 1, next.name);
    const node = context.droppableContainers.get(next.id)?.node.current;
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const viewport = laneOf(next.id)?.viewport.current;
    const rect = (viewport ?? node)?.getBoundingClientRect();
    if (!active || !rect) return undefined;
    if (!viewport) return { x: rect.left + 8, y: rect.top };
    const top = place * CARD_PX;
    if (top < viewport.scrollTop) viewport.scrollTop = top;
    if (top + CARD_PX > viewport.scrollTop + rect.height) viewport.scrollTop = top + CARD_PX - rect.height;
    return { x: rect.left + 8, y: rect.top + top - viewport.scrollTop };
  };
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 200, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter }),
  );
  // What lies over the columns comes first, because the pointer is within both.
  const collisions: CollisionDetection = (args) => {
    if (chosen.current) return [{ id: chosen.current.stageId }];
    const hits = args.pointerCoordinates ? pointerWithin(args) : rectIntersection(args);
    const ends = new Set(targets.filter(({ type }) => type !== "OPEN").map(({ id }) => id));
    return [...hits].sort((one, other) => Number(ends.has(String(other.id))) - Number(ends.has(String(one.id))));
  };
  const spotOf = ({ active, over }: Pick<DragMoveEvent, "active" | "over">): Spot | null => {
    if (chosen.current) return chosen.current;
    const lane = over?.data.current as Lane | undefined;
    const viewport = lane?.viewport?.current;
    const top = active.rect.current.translated?.top;
    if (!over || !lane || !viewport || top === undefined) return null;
    const own = lane.cards.findIndex(({ id }) => id === active.id);
    const height = top - viewport.getBoundingClientRect().top + viewport.scrollTop;
    // In its own column a card changes places with another one when it has passed half of it.
    const down = own >= 0 && height > own * CARD_PX ? CARD_PX : 0;
    return { stageId: String(over.id), place: placeAt(height + down, CARD_PX, lane.cards.length, own) };
  };
  return {
    sensors,
    collisions,
    /** Where the card would be dropped now. */
    spot,
    spotOf,
    follow: (event: Pick<DragMoveEvent, "active" | "over">) => {
      const next = spotOf(event);
      setSpot((now) => (now?.stageId === next?.stageId && now?.place === next?.place ? now : next));
    },
    /** What is to be told of the last key. */
    announced: () => {
      const words = saying.current;
      saying.current = undefined;
      return words;
    },
    forget: () => {
      chosen.current = null;
      saying.current = undefined;
      setSpot(null);
    },
  };
}
