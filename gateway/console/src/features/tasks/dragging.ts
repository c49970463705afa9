/** Dragging tasks to other days: by mouse, by touch after a moment, and by arrow keys from day to day. */
import {
  type CollisionDetection,
  KeyboardCode,
  type KeyboardCoordinateGetter,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { useRef } from "react";
import type { Row } from "@/shared/api/records";
import { plusDays } from "./days";

/** A task in hand, and the day that it comes from. */
export type Dragged = { task: Row; day: string };

const STEPS: Record<string, number> = {
  [KeyboardCode.Left]: -1,
  [KeyboardCode.Right]: 1,
  [KeyboardCode.Up]: -7,
  [KeyboardCode.Down]: 7,
};

/** `days` are those that are shown. A task of none of them comes to the first one with the first key. */
export function useDragging(days: readonly string[]) {
  const chosen = useRef<string | null>(null);
  const coordinateGetter: KeyboardCoordinateGetter = (event, { context }) => {
    const step = STEPS[event.code];
    const dragged = context.active?.data.current as Dragged | undefined;
    if (!step || !dragged) return undefined;
    event.preventDefault();
    const from = chosen.current ?? dragged.day;
    const next = days.includes(from) ? plusDays(from, step) : (days[0] as string);
    if (!days.includes(next)) return undefined;
    chosen.current = next;
    const node = context.droppableContainers.get(next)?.node.current;
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const rect = node?.getBoundingClientRect();
    return rect && { x: rect.left + 8, y: rect.top + 8 };
  };
  const sensors = useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 200, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter }),
  );
  const collisions: CollisionDetection = (args) => (chosen.current ? [{ id: chosen.current }] : pointerWithin(args));
  return {
    sensors,
    collisions,
    forget: () => {
      chosen.current = null;
    },
  };
}
